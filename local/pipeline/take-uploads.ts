import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { publish } from '../../core/steps/publish.ts';
import { stagingStore } from '../../core/store/staging-store.ts';
import type { Terminal } from '../render/terminal.ts';
import type { TakeUpload } from '../serve/upload-exchange.ts';
import { uploads } from '../upload/uploads.ts';
import { knownAllowlist } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { indexAll } from './index-all.ts';

const silent: Log = () => undefined;

/**
 * A server's way to take uploads into its store. The allowlist is read anew for each: a name that a sync brought in just
 * now is reserved now.
 *
 * @param named the allowlist that the command was given, if it was
 */
export function takeUploads(world: World, named: string | undefined, terminal: Pick<Terminal, 'err'>): TakeUpload {
  return uploads({
    store: world.store,
    tell: (line) => terminal.err(`${shownLine(line)}\n`),
    async publish(file, publisher) {
      const allowlist = await knownAllowlist(named, world.store);
      if (allowlist === null) throw new GatehouseError('allowlist.missing', 'the store was never synced');
      const report = await publish([file], { ...world, ...publisher, allowlist, log: silent });
      const store = publisher.to === 'staging' ? stagingStore(world.store) : world.store;
      if (report.problems.length === 0) await indexAll(allowlist, { ...world, store }, { log: silent });
      return report;
    },
  });
}
