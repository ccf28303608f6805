import { bytesToAdd, type Plan } from '../../core/documents/plan.ts';
import { formatBytes } from './format-bytes.ts';

export function planTotals(plan: Plan): string {
  const { artifacts, add, change, drop, hotfix, complete } = plan;
  const sums = `${artifacts.length} packages needed: ${add.length} to fetch (${formatBytes(bytesToAdd(plan))}), ${change.length} to change, ${drop.length} to drop`;
  const all = hotfix.length === 0 ? sums : `${sums}, ${hotfix.length} to hotfix`;
  return complete ? all : `${all}; the plan is partial, so nothing leaves`;
}
