import { storedAllowlistSha256 } from '../../core/documents/allowlist/stored-allowlist.ts';
import { expectDeployed, goByDeployed } from '../pipeline/expect-deployed.ts';
import { sweepAll, sweepProblems } from '../pipeline/sweep-all.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { sweepJson, sweepSummary, sweepText } from '../render/sweep.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const sweepCommand: Command = {
  name: 'sweep',
  summary: "look again at all that is served with today's advisories, and take back what turned bad",
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse sweep', 'once a day beside sync: what is known as malicious by now leaves at once, bytes and all'],
    [
      'gatehouse sweep --json > sweep.json',
      'the same, with a report for programs; exit status 1 where something was recalled',
    ],
    ['gatehouse sweep --store s3://BUCKET', 'the same in a bucket; a stack does it by itself'],
  ],
  async run({ allowlist: file, store, json, terminal }) {
    await using world = openWorld(store);
    if (file !== undefined) await expectDeployed(await readAllowlist(file), world.store, goByDeployed);
    const allowlist = (await knownAllowlist(file, world.store)) ?? nothingConfigured;
    const sha256 = file === undefined ? await storedAllowlistSha256(world.store) : null;
    const { log, finish } = reporter(terminal);
    const swept = await sweepAll(world, { allowlist, sha256, log });
    finish();
    const problems = sweepProblems(swept);
    terminal.out(json ? sweepJson(swept) : sweepText(swept));
    terminal.err(sweepSummary(swept, world.clock.now()));
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
