import { artifactId, bytesToFetch, isMade, type Plan, packageBytesToAdd } from '../../core/documents/plan.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { notTried } from '../../core/solve/telling/one-cause.ts';
import { formatBytes } from './format-bytes.ts';
import { jsonText } from './json-text.ts';
import { simpleDocument, simpleLines } from './simple-plan.ts';
import { toFetch } from './to-fetch.ts';
import { togetherLines } from './together.ts';
import { gateLines, waitingLines } from './waiting.ts';

/** `plan --json`: the whole closure; upstream's records stay out of it. */
export function planJson(plan: Plan): string {
  return `${jsonText(planDocument(plan), 2)}\n`;
}

/** The same as an object, for `sync --json`. */
export function planDocument(plan: Plan) {
  const { artifacts, add, change, drop, hotfix, entries, problems, warnings, waiting, advisories, complete } = plan;
  const shown = artifacts.map(({ subdir, filename, sha256, md5, size, url, channel, why, made }) => ({
    subdir,
    filename,
    sha256,
    md5,
    size,
    url,
    channel,
    from: made === undefined ? 'conda' : 'pypi',
    ...(made && { madeOf: { fileName: made.fileName, sha256: made.sha256, size: made.size } }),
    why,
  }));
  const simple = simpleDocument(plan.simple);
  const gate = { waiting, ...(advisories && { advisories }) };
  const { together = { apart: [], more: false } } = plan;
  return {
    made: isMade(plan),
    complete,
    artifacts: shown,
    add,
    change,
    drop,
    hotfix,
    entries,
    together,
    simple,
    problems,
    warnings,
    ...gate,
  };
}

/** A plan for a person: each change on a line, with the entries that ask for it, then the sum; then the same for pip. */
export function planText(plan: Plan): string {
  const byId = new Map(plan.artifacts.map((artifact) => [artifactId(artifact), artifact]));
  const added = plan.add.map((id) => {
    const artifact = byId.get(id);
    const size = artifact && bytesToFetch(artifact);
    const from = artifact?.made && `, from pypi: ${artifact.made.fileName}`;
    const why = (artifact?.why ?? []).map(shownLine).join(', ');
    return `+ ${id}${size ? ` (${formatBytes(size)})` : ''}  for ${why}${from ?? ''}`;
  });
  const changed = plan.change.map((id) => `~ ${id}  upstream changed its record`);
  const dropped = plan.drop.map((id) => `- ${id}`);
  const hotfixed = plan.hotfix.map((id) => `~ ${id}  your own hotfix of it changes`);
  const packages = [...added, ...changed, ...hotfixed, ...dropped, planTotals(plan)];
  return [
    ...packages,
    ...notTriedLines(plan),
    ...simpleLines(plan.simple),
    ...waitingLines(plan),
    ...gateLines(plan),
    ...togetherLines(plan),
    '',
  ].join('\n');
}

/** The sums of a plan, in one line; of one without any solution, that there are none. */
export function planTotals(plan: Plan): string {
  const { artifacts, add, change, drop, hotfix, complete } = plan;
  const needed = `${artifacts.length} packages needed: ${toFetch(add.length, packageBytesToAdd(plan))}`;
  const counts = [`${change.length} to change`, `${drop.length} to drop`];
  if (hotfix.length > 0) counts.push(`${hotfix.length} to hotfix`);
  const all = isMade(plan)
    ? [needed, ...counts]
    : ['no plan could be made', ...counts.filter((text) => !text.startsWith('0 '))];
  return complete ? all.join(', ') : `${all.join(', ')}; the plan is partial, so nothing leaves`;
}

/** How many entries were not tried, since an upstream could not be read, and on which platforms; nothing where all were. */
export function notTriedLines({ entries, simple }: Pick<Plan, 'entries' | 'simple'>): string[] {
  const left = [...entries, ...simple.entries].filter(({ explanation }) => explanation === notTried);
  const count = new Set(left.map(({ entry }) => entry)).size;
  if (count === 0) return [];
  const platforms = [...new Set(left.map(({ platform }) => platform))].join(', ');
  return [`${count === 1 ? '1 entry was' : `${count} entries were`} not tried on ${platforms}`];
}
