import type { ObjectKey } from '../layout/keys.ts';
import type { MadeOutput } from '../outputs/outputs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metadata, StagedObject, Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { backOff } from '../store/update-json.ts';
import { compressIndex } from './compress-index.ts';

export interface IndexFileWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/** An index file to publish, or two that must say the same. */
export interface WantedIndexFile {
  readonly key: ObjectKey;
  /** Where the same bytes go as a zstd frame: before `key`, since clients prefer it, and would read the older of the two. */
  readonly zst?: ObjectKey;
  /** The bytes of `key`; with a `zst` also how many, for the frame's header. */
  make(): Promise<MadeOutput> | MadeOutput;
}

/**
 * Writes what is older than a generation, in one pass over its bytes.
 *
 * @returns whether anything was written
 * @throws GatehouseError `store.conflict` (retry) when others kept getting there first
 */
export async function writeIfNewer(
  world: IndexFileWorld,
  { key, zst, make }: WantedIndexFile,
  generation: number,
): Promise<boolean> {
  const isBehind = async (at: ObjectKey | undefined) =>
    at !== undefined && generationOf((await world.store.get(at))?.metadata) < generation;
  const [plainBehind, frameBehind] = await Promise.all([isBehind(key), isBehind(zst)]);
  if (!plainBehind && !frameBehind) return false;
  await using plain = plainBehind ? await world.store.stage() : null;
  await using frame = frameBehind ? await world.store.stage() : null;
  const { bytes, size = 0 } = await make();
  using compressor = frame && compressIndex(size, (slice) => frame.write(slice));
  for await (const slice of bytes) await Promise.all([plain?.write(slice), compressor?.write(slice)]);
  await compressor?.finish();
  const first = frame && zst && (await putIfNewer(world, frame, { key: zst, generation }));
  const second = plain && (await putIfNewer(world, plain, { key, generation }));
  return first === true || second === true;
}

const maxAttempts = 10;

/**
 * Puts an index file in its place unless one of the same or a later generation is there: a worker that stalled must not
 * undo what others published meanwhile.
 *
 * @returns false when such a one was there
 */
async function putIfNewer(
  { store, clock }: IndexFileWorld,
  staged: StagedObject,
  { key, generation }: { readonly key: ObjectKey; readonly generation: number },
): Promise<boolean> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const there = await store.get(key);
    if (generationOf(there?.metadata) >= generation) return false;
    const condition = there === null ? { absent: true as const } : { etag: there.etag };
    const { status } = await staged.publish(key, { generation: `${generation}` }, condition);
    if (status === 'written') return true;
    await backOff(clock, attempt);
  }
  throw new GatehouseError('store.conflict', `${key} kept changing under us`, { retry: true });
}

/** The generation of the state an index file was made from; 0 when it does not say, as when someone else put it there. */
export function generationOf(metadata: Metadata | undefined): number {
  const text = metadata?.['generation'] ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}
