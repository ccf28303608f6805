import { shownLine } from '../../core/problems/shown-text.ts';
import { type WhyReport, why } from '../../core/steps/evidence/why.ts';
import type { AskedName } from '../../core/why/known-files.ts';
import { whyJson, whyText } from '../render/why.ts';
import { knownAllowlist } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';
import { invalid } from './flags.ts';

export const whyCommand: Command = {
  name: 'why',
  summary: 'say of each file of a name who brought it, from where, what the gate found, and what holds it',
  operands: 'NAME [VERSION]',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse why spyder', 'each file of that package or project, what is held first'],
    ['gatehouse why certifi 2026.11.1 --json', 'one version, with every check, as {files, versions, near}'],
  ],
  async run({ allowlist: file, store, json, operands, terminal }) {
    const asked = askedIn(operands);
    await using world = openWorld(store);
    const allowlist = await knownAllowlist(file, world.store);
    const report = await why(asked, { ...world, allowlist });
    terminal.out(json ? whyJson(report) : whyText(report));
    if (report.files.length > 0) return exitStatus.done;
    terminal.err(`${shownLine(unknownText(asked, report))}\n`);
    return exitStatus.failed;
  },
};

function askedIn([name, version, more]: readonly string[]): AskedName {
  if (name === undefined) throw invalid('why needs a NAME');
  if (more !== undefined) throw invalid(`"${more}" is not expected here`);
  return { name, version: version ?? null };
}

function unknownText({ name, version }: AskedName, { versions, near }: WhyReport): string {
  if (versions.length > 0) return `nothing is known of ${name} ${version}; hint: there is ${versions.join(', ')}`;
  const hint = near === null ? 'gatehouse plan says what waits before it is fetched' : `did you mean ${near}?`;
  return `nothing is known of ${name}; hint: ${hint}`;
}
