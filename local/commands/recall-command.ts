import { stagedPath } from '../../core/layout/sides.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { type RecalledAll, recallAll, recallProblems } from '../pipeline/recall-all.ts';
import { jsonText } from '../render/json-text.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';
import { releaseOperands } from './release-operands.ts';

export const recallCommand: Command = {
  name: 'recall',
  summary: 'take a version back from everybody at once, whoever brought it and whatever that breaks',
  operands: 'NAME VERSION',
  options: { reason: { type: 'string' }, undo: { type: 'boolean' } },
  optionHelp: [
    '--reason TEXT      why, in a line: the channel tells its clients, and the ledger keeps it',
    '--undo             let it in again, if the gate lets it through',
  ],
  examples: [
    [
      "gatehouse recall acme-tool 1.0 --reason 'leaks its key'",
      'out of every index and page, its files gone from their addresses and kept for the auditor',
    ],
    ['gatehouse recall acme-tool 1.0 --undo', 'the gate judges its files again, and those that pass come back'],
    ['gatehouse recall numpy 2.9.9 --reason CVE-2026-1234 --store s3://BUCKET', 'the same in a bucket'],
  ],
  async run({ allowlist: file, store, json, flags, operands, terminal }) {
    const request = releaseOperands('recall', operands, flags);
    await using world = openWorld(store);
    const allowlist = await knownAllowlist(file, world.store);
    const { log, finish } = reporter(terminal);
    const recalled = await recallAll({ ...request, at: world.clock.now() }, allowlist, { ...world, log });
    finish();
    const problems = recallProblems(recalled);
    const files = filesOf(recalled);
    if (json) terminal.out(`${jsonText({ ...request, recalled: request.reason !== null, files, problems }, 2)}\n`);
    else terminal.out(files.map((one) => fileLine(one, request.reason)).join(''));
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

interface ToldFile {
  /** As it is called in the whole store. */
  readonly id: string;
  readonly changed: boolean;
}

const filesOf = ({ channel, staging }: RecalledAll): ToldFile[] => [
  ...channel.files,
  ...(staging?.files ?? []).map(({ id, changed }) => ({ id: stagedPath(id), changed })),
];

/** What is so now. */
function fileLine({ id, changed }: ToldFile, reason: string | null): string {
  const now = reason === null ? 'it is served again' : 'nobody gets it any more';
  const stays = reason === null ? 'it stays away' : `${now} (as before)`;
  return `${shownLine(id)}: ${changed ? now : stays}\n`;
}
