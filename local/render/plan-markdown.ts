import { artifactId, type EntryOutcome, type Plan } from '../../core/documents/plan.ts';
import { formatBytes } from './format-bytes.ts';
import { planTotals } from './plan-totals.ts';

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
    section('Problems', '| what | where | detail | |', plan.problems.map(problemRow)),
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

const problemRow = ({ code: name, subject, detail }: Plan['problems'][number]): string =>
  `| ${code(name)} | ${cell(subject)} | ${cell(detail)} | |`;
