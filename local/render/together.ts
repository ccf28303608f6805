import type { Apart, Plan } from '../../core/documents/plan.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { jsonText } from './json-text.ts';

/** Which entries cannot be installed together, why, and what has versions planned that go together; nothing where all can. */
export function togetherLines({ together }: Pick<Plan, 'together'>): string[] {
  if (together === undefined) return [];
  const { apart, more } = together;
  const groups = apart.flatMap((one) => [
    `  ${one.entries.join(' with ')} (${placeText(one)})`,
    `    ${one.reason}`,
    ...offerLines(one).map((line) => `    ${line}`),
  ]);
  const all = [togetherHeading, ...groups, ...(more ? [`  ${moreText}`] : [])];
  return all.map(shownLine);
}

const togetherHeading = 'each installs, but not into one environment:';
export const moreText = 'and perhaps others: not all were looked for';

/** `linux-64, win-64 with python 3.11`. */
export function placeText({ platforms, python }: Apart): string {
  const versions = python.length === 0 ? '' : ` with python ${python.join(', ')}`;
  return `${platforms.join(', ')}${versions}`;
}

/** What can be done about it. */
export function offerLines({ upstream, environment }: Apart): string[] {
  if (upstream === 'unsolvable') return ['no other versions upstream go together either'];
  if (upstream === 'here') return ['other versions do there, but an environment is for all platforms of the allowlist'];
  if (environment === null) return [];
  const offer =
    upstream === 'solves' ? 'other versions do: add to the allowlist' : 'other versions may: try in the allowlist';
  return [offer, `"environments": ${jsonText(environment)}`];
}

/** How many groups there are, in a line; nothing where there are none. */
export function togetherTotals({ together }: Pick<Plan, 'together'>): string[] {
  const count = new Set(together?.apart.map(({ entries }) => entries.join('\n'))).size;
  if (count === 0) return [];
  const groups = count === 1 ? '1 group of entries does' : `${count} groups of entries do`;
  return [`${groups} not go into one environment: gatehouse plan says which, and --json too`];
}
