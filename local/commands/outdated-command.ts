import { readStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { outdated } from '../../core/steps/outdated.ts';
import { problemLines } from '../render/messages.ts';
import { outdatedJson, outdatedText } from '../render/outdated.ts';
import { reporter } from '../render/reporter.ts';
import { openWorld, planWorld } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const outdatedCommand: Command = {
  name: 'outdated',
  summary: 'show which updates exist upstream for what is here; changes nothing but its cache of upstream documents',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse outdated', 'each package and project with a newer version, and whether the allowlist lets it in'],
    [
      'gatehouse outdated --json',
      'the same as {lookedUp, outdated:[{from, name, here, newest, where, ...}], problems}',
    ],
  ],
  async run({ allowlist: file, store, json, terminal }) {
    await using world = openWorld(store);
    const { allowlist } = file === undefined ? await readStoredAllowlist(world.store) : await readAllowlist(file);
    const report = reporter(terminal);
    const looked = await outdated(allowlist, planWorld(world, report.log));
    report.finish();
    terminal.out(json ? outdatedJson(looked) : outdatedText(looked));
    terminal.err(problemLines(looked.problems));
    return looked.problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
