import { defaultChannelName } from '../../core/layout/keys.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { putFiles } from '../pipeline/publish-files.ts';
import { stageFiles } from '../pipeline/stage-files.ts';
import { publishedJson, publishedSummary } from '../render/published.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const putCommand: Command = {
  name: 'put',
  summary:
    'copy files of others into the channel, each under its own name, and index them: what no upstream has, or a backup',
  operands: 'FILE...',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse put driver-1.0-0.conda', 'a package that a vendor handed over'],
    ['gatehouse put --store s3://BUCKET backup/*.conda', 'into the channel in a bucket'],
  ],
  async run({ allowlist, store, json, operands, terminal }) {
    if (operands.length === 0)
      throw new GatehouseError('usage.invalid', 'no file is named', { hint: 'gatehouse put driver-1.0-0.conda' });
    await using world = openWorld(store);
    const known = await knownAllowlist(allowlist, world.store);
    const { log, finish } = reporter(terminal);
    await using held = new AsyncDisposableStack();
    const offered = await stageFiles(operands, { store: world.store, log }, held);
    const report = await putFiles(offered, { ...world, allowlist: known ?? nothingConfigured, log });
    finish();
    const { name } = known ?? { name: defaultChannelName };
    if (json) terminal.out(publishedJson(report, 'channel'));
    terminal.err(publishedSummary(report, { to: 'channel', name, how: 'copied in' }));
    return report.problems.length + report.unlisted.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
