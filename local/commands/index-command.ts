import { indexAll, indexProblems } from '../pipeline/index-all.ts';
import { jsonText } from '../render/json-text.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const indexCommand: Command = {
  name: 'index',
  summary: 'bring every index file up to date with the packages in the store',
  options: { rebuild: { type: 'boolean' } },
  optionHelp: ['--rebuild          derive everything again from packages, provenance and control'],
  examples: [
    ['gatehouse index', 'after copying a package into .gatehouse/conda/linux-64/ by hand'],
    ['gatehouse index --rebuild', 'trust nothing that was derived before'],
  ],
  async run({ allowlist, store, json, flags, terminal }) {
    await using world = openWorld(store);
    const asked = (await knownAllowlist(allowlist, world.store)) ?? nothingConfigured;
    const report = reporter(terminal);
    const indexed = await indexAll(asked, world, { log: report.log, rebuild: flags['rebuild'] === true });
    report.finish();
    const problems = indexProblems(indexed);
    const shown = indexed.subdirs.map(({ subdir, packages, generation, changed }) => [
      subdir,
      { packages, generation, changed },
    ]);
    if (json) terminal.out(`${jsonText({ subdirs: Object.fromEntries(shown), problems })}\n`);
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
