import { readStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { expectDeployed, goByDeployed } from '../pipeline/expect-deployed.ts';
import { indexAll, indexProblems } from '../pipeline/index-all.ts';
import { pruneAll } from '../pipeline/prune-all.ts';
import { problemLines } from '../render/messages.ts';
import { pruneJson, pruneSummary, pruneText } from '../render/prune.ts';
import { reporter } from '../render/reporter.ts';
import { openWorld, retain } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const pruneCommand: Command = {
  name: 'prune',
  summary: 'show the bytes that nobody needs any more, and delete them when told to',
  options: { delete: { type: 'boolean' } },
  optionHelp: ['--delete           delete what is shown without it'],
  examples: [
    [
      'gatehouse prune',
      'what would be deleted and why: packages withdrawn 90 days ago, forms no longer asked for, old plans and state',
    ],
    ['gatehouse prune --delete', 'delete that, and bring the index up to date; provenance stays'],
  ],
  async run({ allowlist: file, store, json, flags, terminal }) {
    const remove = flags['delete'] === true;
    await using world = openWorld(store);
    if (remove && file !== undefined) await expectDeployed(await readAllowlist(file), world.store, goByDeployed);
    // The allowlist does not say what may go; but where it is missing or bad, nothing is removed (fail closed).
    const { allowlist: asked } = await (file === undefined ? readStoredAllowlist(world.store) : readAllowlist(file));
    const report = await pruneAll(world, { retain, asked: new Set(asked.forms) }, { remove });
    terminal.out(json ? pruneJson(report, remove) : pruneText(report));
    terminal.err(pruneSummary(report, remove));
    terminal.err(problemLines(report.problems));
    // The index is due also after nothing was deleted: a run that was cut off may have left it to us.
    const index = remove ? await indexed() : [];
    const problems = [...report.problems, ...index];
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;

    async function indexed() {
      const { log, finish } = reporter(terminal);
      const found = indexProblems(await indexAll(asked, world, { log }));
      finish();
      terminal.err(problemLines(found));
      return found;
    }
  },
};
