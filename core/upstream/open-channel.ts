import type { Subdir } from '../names/subdir.ts';
import type { UpstreamWorld } from './fetch-with-retry.ts';
import { openFlat } from './open-flat.ts';
import { openShards } from './open-shards.ts';
import type { UpstreamSubdir } from './upstream-subdir.ts';

/**
 * Opens one subdir of an upstream channel by the first form it has: shards (CEP 16), then `repodata.json.zst`, then
 * `repodata.json`. Only 404 means that a form is not there; any other answer that is not a sound index is an error, so
 * that a channel in trouble is never taken for an empty one.
 *
 * @param channel `https:`, `http:` or `file:`, with or without a slash at its end
 * @returns null when the channel has no such subdir
 * @throws GatehouseError `upstream.*`, or `json.invalid` when an index is not what the CEPs say
 */
export async function openUpstreamSubdir(
  channel: string,
  subdir: Subdir,
  world: UpstreamWorld,
): Promise<UpstreamSubdir | null> {
  const at = { channel, subdir, url: `${channel.replace(/\/+$/, '')}/${subdir}` };
  return (
    (await openShards(at, world)) ??
    (await openFlat(at, 'repodata.json.zst', world)) ??
    (await openFlat(at, 'repodata.json', world))
  );
}
