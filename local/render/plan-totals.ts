import { bytesToAdd, type Plan } from '../../core/plan.ts';
import { formatBytes } from './format-bytes.ts';

export function planTotals(plan: Plan): string {
  const { artifacts, add, change, drop, complete } = plan;
  const sums = `${artifacts.length} packages needed: ${add.length} to fetch (${formatBytes(bytesToAdd(plan))}), ${change.length} to change, ${drop.length} to drop`;
  return complete ? sums : `${sums}; the plan is partial, so nothing leaves`;
}
