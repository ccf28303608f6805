import { artifactId, type Plan } from '../../core/documents/plan.ts';
import { formatBytes } from './format-bytes.ts';
import { planTotals } from './plan-totals.ts';

/** A plan for a person: each change on a line, with the entries that ask for it, then the sum. */
export function planText(plan: Plan): string {
  const byId = new Map(plan.artifacts.map((artifact) => [artifactId(artifact), artifact]));
  const added = plan.add.map((id) => {
    const { size, why = [] } = byId.get(id) ?? {};
    return `+ ${id}${size ? ` (${formatBytes(size)})` : ''}  for ${why.join(', ')}`;
  });
  const changed = plan.change.map((id) => `~ ${id}  upstream changed its record`);
  const dropped = plan.drop.map((id) => `- ${id}`);
  const hotfixed = plan.hotfix.map((id) => `~ ${id}  your own hotfix of it changes`);
  return [...added, ...changed, ...hotfixed, ...dropped, planTotals(plan), ''].join('\n');
}
