import { sync, syncProblems } from '../pipeline/sync.ts';
import { reporter } from '../render/reporter.ts';
import { syncJson, syncSummary } from '../render/sync.ts';
import { openWorld } from '../world/open-world.ts';
import { readAllowlist, readPatches, usualAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const syncCommand: Command = {
  name: 'sync',
  summary: 'plan, fetch, index and prove, once; finishes what an interrupted run left',
  beginsStore: true,
  options: { yes: { type: 'boolean' } },
  optionHelp: ['--yes              let more than half of the served packages leave, where the allowlist says so'],
  examples: [
    ['gatehouse sync', 'bring the folder .gatehouse in line with allowlist.json'],
    ['gatehouse sync --json > report.json', 'the same, with a report for programs'],
  ],
  async run({ allowlist: file = usualAllowlist, store, json, flags, terminal }) {
    const { allowlist, written } = await readAllowlist(file);
    const patches = await readPatches(file);
    await using world = openWorld(store);
    const report = reporter(terminal);
    const yes = flags['yes'] === true;
    const done = await sync(allowlist, { ...world, patches }, report.log, { written, yes });
    report.finish();
    const problems = syncProblems(done);
    if (json) terminal.out(`${syncJson(done)}\n`);
    terminal.err(syncSummary(done, problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
