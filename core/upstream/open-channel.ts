import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import type { UpstreamWorld } from './fetch-with-retry.ts';
import { openFlat } from './open-flat.ts';
import { openShards } from './open-shards.ts';
import type { SubdirAddress, UpstreamSubdir } from './upstream-subdir.ts';

/**
 * Opens one subdir of an upstream channel by the first sound form it has: shards (CEP 16), then `repodata.json.zst`,
 * then `repodata.json`. The first two are optional, and servers answer all sorts of things for what they do not have:
 * whatever is no sound index leads on to the next form. `repodata.json` decides, and for it only a sound index and 404
 * count, so that a channel in trouble is never taken for an empty one. All names are read by the one form.
 *
 * With `isOptional` none is waited for longer than the first two, and nothing is told of it.
 *
 * @param channel `https:`, `http:` or `file:`, with or without a slash at its end
 * @returns null when the channel has no such subdir
 * @throws GatehouseError `upstream.*`, or `json.invalid` when an index is not what the CEPs say
 */
export async function openUpstreamSubdir(
  channel: string,
  subdir: Subdir,
  { isOptional = false, ...asked }: UpstreamWorld & { readonly isOptional?: boolean | undefined },
): Promise<UpstreamSubdir | null> {
  const world = isOptional ? { ...asked, log: () => {} } : asked;
  const at: SubdirAddress = { channel, subdir, url: `${channel.replace(/\/+$/, '')}/${subdir}` };
  const shards = await tryForm(() => openShards(at, world), world);
  if (shards.opened !== null) return shards.opened;
  const zst = await tryForm(() => openFlat(at, 'repodata.json.zst', { ...world, isOptional: true }), world);
  if (zst.opened !== null) return zst.opened;
  const decided = await openFlat(at, 'repodata.json', { ...world, isOptional });
  const doubt = shards.doubt ?? zst.doubt;
  if (decided === null && doubt !== null) throw doubt;
  return decided;
}

interface TriedForm {
  readonly opened: UpstreamSubdir | null;
  /** Why a form is not used that may be there: an index that is damaged, or cannot be had now, is one. */
  readonly doubt: GatehouseError | null;
}

async function tryForm(open: () => Promise<UpstreamSubdir | null>, { log }: UpstreamWorld): Promise<TriedForm> {
  try {
    return { opened: await open(), doubt: null };
  } catch (error) {
    if (!(error instanceof GatehouseError) || !/^(upstream\.|json\.invalid)/.test(error.code)) throw error;
    // A page is what servers answer for what they do not have.
    if (error.code === 'upstream.page') return { opened: null, doubt: null };
    log({ type: 'plan.fallback', reason: error.message });
    return { opened: null, doubt: error };
  }
}
