import { gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { type YankReport, type YankRequest, yank } from '../../core/steps/take-back/yank.ts';
import { indexPlaces } from '../pipeline/index-places.ts';
import { jsonText } from '../render/json-text.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';
import { releaseOperands } from './release-operands.ts';

export const yankCommand: Command = {
  name: 'yank',
  summary: 'take back a version of your own: pip passes it over, conda does not see it, locks still work',
  operands: 'NAME VERSION',
  options: { reason: { type: 'string' }, undo: { type: 'boolean' } },
  optionHelp: [
    '--reason TEXT      why, in a line: pip and uv show it to who pins the version',
    '--undo             offer the version again',
  ],
  examples: [
    [
      'gatehouse yank acme-tool 1.0 --reason CVE-2026-1234',
      'after proof that every entry of the allowlist still installs',
    ],
    ['gatehouse yank acme-tool 1.0 --undo', 'the mark goes, and the conda index lists it again'],
    ['gatehouse yank acme-tool 1.0 --reason broken --store s3://BUCKET', 'the same in a bucket'],
  ],
  async run({ allowlist: file, store, json, flags, operands, terminal }) {
    const request = releaseOperands('yank', operands, flags);
    await using world = openWorld(store);
    const allowlist = await knownAllowlist(file, world.store);
    const report = await yank(request, { ...world, allowlist });
    const isHeld = report.problems.length > 0;
    const { log, finish } = reporter(terminal);
    // Also where nothing changed: a run that was cut off may have left it to us.
    const gate = gateByAllowlist(allowlist, { ...world, log });
    const found = isHeld ? [] : await indexPlaces(report, allowlist ?? nothingConfigured, { ...world, gate, log });
    finish();
    const problems = [...report.problems, ...found];
    if (json) terminal.out(`${jsonText({ ...yankDocument(request, report), problems }, 2)}\n`);
    else if (!isHeld) terminal.out(yankText(request, report));
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

/** `yank --json`: `{name, version, yanked, reason, files: [{key, changed}], upstream, problems}`. */
function yankDocument({ name, version, reason }: YankRequest, { files, changed, upstream, problems }: YankReport) {
  const told = files.map((key) => ({ key, changed: changed.includes(key) }));
  return { name, version, yanked: reason !== null && problems.length === 0, reason, files: told, upstream };
}

/** What is served now, a line for each file. */
function yankText({ reason }: YankRequest, { files, changed, upstream }: YankReport): string {
  const served = (key: string): string => {
    const isPip = key.startsWith('simple/');
    if (reason === null) return isPip ? 'its page offers it again' : 'its index lists it again';
    return isPip ? `its page says that it is yanked: ${reason}` : 'it is out of its index, and there by its address';
  };
  const now = (key: string) => (changed.includes(key) ? '' : ' (as before)');
  const own = files.map((key) => `${shownLine(key)}: ${served(key)}${now(key)}\n`);
  return [...own, ...upstream.map((key) => `${shownLine(key)}: it came from upstream, and stays as it is\n`)].join('');
}
