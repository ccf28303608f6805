import { type IndexedSide, indexAll, indexProblems } from '../pipeline/index-all.ts';
import { jsonText } from '../render/json-text.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const indexCommand: Command = {
  name: 'index',
  summary: 'bring every index file and every page for pip up to date with what is in the store',
  options: { rebuild: { type: 'boolean' } },
  optionHelp: ['--rebuild          derive everything again from packages, wheels, provenance and control'],
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
    const staging = indexed.staging === null ? null : shown(indexed.staging);
    const document = { ...shown(indexed), staging, problems };
    if (json) terminal.out(`${jsonText(document)}\n`);
    terminal.err(problemLines(problems));
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

/** `index --json`: `{subdirs, projects, staging, problems}`; `staging` is `{subdirs, projects}`, or null where nothing is. */
function shown({ subdirs, simple }: IndexedSide) {
  const bySubdir = subdirs.map(({ subdir, packages, generation, changed }) => [
    subdir,
    { packages, generation, changed },
  ]);
  const byProject = simple.projects.map(({ project, files, changed }) => [project, { files, changed }]);
  return { subdirs: Object.fromEntries(bySubdir), projects: Object.fromEntries(byProject) };
}
