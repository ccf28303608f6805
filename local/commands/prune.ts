import { prune } from '../../core/steps/prune.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { indexAll } from '../index-all.ts';
import { openWorld } from '../open-world.ts';
import { retain } from '../plan-world.ts';
import { problemLines } from '../render/problem-lines.ts';
import { pruneJson } from '../render/prune-json.ts';
import { pruneSummary, pruneText } from '../render/prune-text.ts';
import { reporter } from '../render/reporter.ts';
import { readAllowlist } from '../repository-files.ts';

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
    // Not that it says what may go: but where it is missing or bad, nothing is removed (fail closed).
    const configured = await readAllowlist(file);
    await using world = openWorld(store);
    const report = await prune({ ...world, retain, forms: new Set(configured.forms) }, { remove });
    terminal.out(json ? pruneJson(report, remove) : pruneText(report));
    terminal.err(pruneSummary(report, remove));
    terminal.err(problemLines(report.problems));
    // Also after nothing was deleted: a run that was cut off may have left it to us.
    const index = remove ? await indexed() : [];
    const problems = [...report.problems, ...index];
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;

    async function indexed() {
      const { log, finish } = reporter(terminal, performance.now.bind(performance));
      const subdirs = await indexAll(configured, world, { log });
      finish();
      const found = subdirs.flatMap((subdir) => subdir.problems);
      terminal.err(problemLines(found));
      return found;
    }
  },
};
