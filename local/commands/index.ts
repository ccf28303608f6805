import { canonicalJson } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { configured } from '../configured.ts';
import { exitStatus } from '../exit-status.ts';
import { indexAll } from '../index-all.ts';
import { openWorld } from '../open-world.ts';
import { problemLines } from '../render/problem-lines.ts';
import { reporter } from '../render/reporter.ts';

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
    const asked = await configured(allowlist);
    await using world = openWorld(store);
    const report = reporter(terminal, performance.now.bind(performance));
    const indexed = await indexAll(asked, world, { log: report.log, rebuild: flags['rebuild'] === true });
    report.finish();
    const problems = indexed.flatMap((subdir) => subdir.problems);
    const entries = indexed.map(({ subdir, packages, generation, changed }) => [
      subdir,
      { packages, generation, changed },
    ]);
    const subdirs = Object.fromEntries(entries);
    if (json) terminal.out(`${canonicalJson({ subdirs })}\n`);
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
