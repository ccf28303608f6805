import { artifactId, bytesToAdd, type EntryOutcome, type Plan } from '../../core/documents/plan.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { formatBytes } from './format-bytes.ts';

/** `plan --json`: the whole closure; upstream's records stay out of it. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(planDocument(plan), null, 2)}\n`;
}

/** The same as an object, for `sync --json`. */
export function planDocument({ artifacts, add, change, drop, hotfix, entries, problems, complete }: Plan) {
  const shown = artifacts.map(({ subdir, filename, sha256, md5, size, url, channel, why }) => ({
    subdir,
    filename,
    sha256,
    md5,
    size,
    url,
    channel,
    why,
  }));
  return { complete, artifacts: shown, add, change, drop, hotfix, entries, problems };
}

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

function planTotals(plan: Plan): string {
  const { artifacts, add, change, drop, hotfix, complete } = plan;
  const sums = `${artifacts.length} packages needed: ${add.length} to fetch (${formatBytes(bytesToAdd(plan))}), ${change.length} to change, ${drop.length} to drop`;
  const all = hotfix.length === 0 ? sums : `${sums}, ${hotfix.length} to hotfix`;
  return complete ? all : `${all}; the plan is partial, so nothing leaves`;
}

/** A plan as a comment on the pull request that changes the allowlist. */
export function planMarkdown(plan: Plan): string {
  return [
    '## Gatehouse plan',
    planTotals(plan),
    section('Entries', '| entry | platform | python | packages |', plan.entries.map(entryRow)),
    section('Fetch', '| package | size | for | sha256 |', addRows(plan)),
    section(
      'Change',
      '| package | | | |',
      plan.change.map((id) => `| ${code(id)} | | | |`),
    ),
    section(
      'Drop',
      '| package | | | |',
      plan.drop.map((id) => `| ${code(id)} | | | |`),
    ),
    section(
      'Hotfix',
      '| package | | | |',
      plan.hotfix.map((id) => `| ${code(id)} | | | |`),
    ),
    section('Problems', '| what | where | detail | hint |', plan.problems.map(problemRow)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function section(title: string, head: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : [`### ${title}`, '', head, '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Text from outside must not break out of its cell. */
const cell = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[|\\`<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const code = (text: string): string => `<code>${cell(text)}</code>`;

function entryRow({ entry, platform, python, status, artifacts }: EntryOutcome): string {
  return `| ${code(entry)} | ${platform} | ${python ?? ''} | ${status === 'solved' ? artifacts.length : `**${status}**`} |`;
}

function addRows({ artifacts, add }: Plan): string[] {
  const adding = new Set(add);
  return artifacts
    .filter((artifact) => adding.has(artifactId(artifact)))
    .map(
      (artifact) =>
        `| ${code(artifactId(artifact))} | ${formatBytes(artifact.size ?? 0)} | ${artifact.why.map(code).join(', ')} | ${code(artifact.sha256?.slice(0, 12) ?? 'none')} |`,
    );
}

const problemRow = ({ code: name, subject, detail, hint = '' }: Problem): string =>
  `| ${code(name)} | ${cell(subject)} | ${cell(detail)} | ${cell(hint)} |`;
