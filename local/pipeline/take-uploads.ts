import type { Log } from '../../core/ports/log.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { type TakeUpload, uploads } from '../upload/uploads.ts';
import { allowlistToPublishBy } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { publishFiles } from './publish-files.ts';

const silent: Log = () => undefined;

/**
 * A server's way to take uploads into its store. The allowlist is read anew for each: a name that a sync brought in just
 * now is reserved now.
 *
 * @param named the allowlist that the command was given, if it was
 * @param tell gets lines for whoever runs the server
 */
export function takeUploads(world: World, named: string | undefined, tell: (text: string) => void): TakeUpload {
  return uploads({
    store: world.store,
    tell: (line) => tell(`${shownLine(line)}\n`),
    async publish(file, publisher) {
      const allowlist = await allowlistToPublishBy(named, world.store);
      return publishFiles([file], { ...world, ...publisher, allowlist, log: silent });
    },
  });
}
