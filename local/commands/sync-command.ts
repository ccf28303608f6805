import { sync, syncProblems } from '../pipeline/sync.ts';
import { reporter } from '../render/reporter.ts';
import { syncJson, syncSummary } from '../render/sync.ts';
import { openWorld } from '../world/open-world.ts';
import { readAllowlist, readPatches } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const syncCommand: Command = {
  name: 'sync',
  summary: 'plan, fetch, index and prove, once; finishes what an interrupted run left',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse sync', 'bring the folder .gatehouse in line with allowlist.json'],
    ['gatehouse sync --json > report.json', 'the same, with a report for programs'],
  ],
  async run({ allowlist: file, store, json, terminal }) {
    const allowlist = await readAllowlist(file);
    const patches = await readPatches(file);
    await using world = openWorld(store);
    const report = reporter(terminal);
    const done = await sync(allowlist, { ...world, patches }, report.log);
    report.finish();
    const problems = syncProblems(done);
    if (json) terminal.out(`${syncJson(done)}\n`);
    terminal.err(syncSummary(done, problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
