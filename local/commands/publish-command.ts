import { GatehouseError } from '../../core/problems/error.ts';
import { publishFiles } from '../pipeline/publish-files.ts';
import { stageFiles } from '../pipeline/stage-files.ts';
import { publishedJson, publishedSummary } from '../render/published.ts';
import { reporter } from '../render/reporter.ts';
import { allowlistToPublishBy } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus, type Flags } from './command.ts';

export const publishCommand: Command = {
  name: 'publish',
  summary: "put the organisation's own wheels, source distributions and conda packages into the channel",
  operands: 'FILE...',
  beginsStore: true,
  options: { to: { type: 'string' } },
  optionHelp: ['--to staging       where it can be tried before it is promoted; without it, into the channel'],
  examples: [
    ['gatehouse publish dist/*', 'what `python -m build` made: for pip, and a pure wheel for conda too'],
    ['gatehouse publish --to staging dist/*', 'the same below /staging, until gatehouse promote'],
    ['gatehouse publish --store s3://BUCKET dist/*', 'into the channel in a bucket'],
  ],
  async run({ allowlist: named, store, json, flags, operands, terminal }) {
    const to = toFlag(flags);
    if (operands.length === 0)
      throw new GatehouseError('usage.invalid', 'no file is named', { hint: 'gatehouse publish dist/*' });
    await using world = openWorld(store);
    const allowlist = await allowlistToPublishBy(named, world.store);
    const { log, finish } = reporter(terminal);
    await using held = new AsyncDisposableStack();
    const offered = await stageFiles(operands, { store: world.store, log }, held);
    const report = await publishFiles(offered, { ...world, to, allowlist, log, by: null, mayPublish: () => true });
    finish();
    if (json) terminal.out(publishedJson(report, to));
    terminal.err(publishedSummary(report, { to, name: allowlist.name }));
    return report.problems.length + report.unlisted.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

function toFlag({ to = 'channel' }: Flags): 'channel' | 'staging' {
  if (to === 'channel' || to === 'staging') return to;
  throw new GatehouseError('usage.invalid', `--to is "${to}"`, { hint: 'write --to staging, or leave it out' });
}
