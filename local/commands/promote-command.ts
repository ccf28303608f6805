import { parseProjectName } from '../../core/names/project-name.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Release } from '../../core/steps/promote.ts';
import { promoteFiles } from '../pipeline/publish-files.ts';
import { publishedJson, publishedSummary } from '../render/published.ts';
import { reporter } from '../render/reporter.ts';
import { allowlistToPublishBy } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const promoteCommand: Command = {
  name: 'promote',
  summary: 'publish to the channel what staging holds of a version, byte for byte',
  operands: 'NAME VERSION',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse promote acme-tool 1.4.0', 'all files of it, for pip and for conda; staging keeps its own'],
    ['gatehouse promote acme-tool 1.4.0 --json', 'the same, with a report for programs'],
  ],
  async run({ allowlist: named, store, json, operands, terminal }) {
    const release = releaseNamed(operands);
    await using world = openWorld(store);
    const allowlist = await allowlistToPublishBy(named, world.store);
    const { log, finish } = reporter(terminal);
    const publishing = { ...world, to: 'channel', allowlist, log, by: null, mayPublish: () => true } as const;
    const report = await promoteFiles(release, publishing);
    finish();
    if (json) terminal.out(publishedJson(report, 'channel'));
    terminal.err(publishedSummary(report, { to: 'channel', name: allowlist.name }));
    return report.problems.length + report.unlisted.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

function releaseNamed([text = '', version, ...more]: readonly string[]): Release {
  const name = parseProjectName(text);
  const hint = 'gatehouse promote NAME VERSION';
  if (version === undefined || more.length > 0) {
    throw new GatehouseError('usage.invalid', 'a name and a version are wanted, and no more', { hint });
  }
  if (name === null)
    throw new GatehouseError('usage.invalid', `"${text}" is no name of a project or package`, { hint });
  return { name, version };
}
