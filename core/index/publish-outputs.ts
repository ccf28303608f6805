import { Buffer } from 'node:buffer';
import type { IndexFile, OptionalIndexFile } from '../layout/index-files.ts';
import { indexKey, type ObjectKey } from '../layout/keys.ts';
import type { RecordSource } from '../outputs/entries/entry-source.ts';
import { type MadeFromSubdir, type MadeOutput, makingOf, type Output, subdirOutputs } from '../outputs/outputs.ts';
import type { Bzip2 } from '../ports/bzip2.ts';
import type { Log } from '../ports/log.ts';
import type { Problem } from '../problems/problem.ts';
import { makeShardIndex, mendShards, type ShardsWorld } from './make-shard-index.ts';
import type { Manifest, StatePlace } from './manifest.ts';
import { type IndexFileWorld, type WantedIndexFile, writeIfNewer } from './put-if-newer.ts';
import { stateSource } from './state-source.ts';

export interface OutputsWorld extends ShardsWorld {
  /** The optional index files that are asked for; none without it. */
  readonly asked?: ReadonlySet<OptionalIndexFile>;
  /** A world without it leaves `repodata.json.bz2` as it is, and says so. */
  readonly bzip2?: Bzip2;
  readonly log?: Log;
}

/**
 * Writes every index file of a subdir that is older than its state; none where there is no state yet.
 *
 * @param rebuild makes shards again that are there: unlike an index file, a shard says nothing by which a damaged one
 * would show
 * @returns whether any was written
 */
export async function publishOutputs(
  world: OutputsWorld & IndexFileWorld,
  manifest: Manifest | null,
  rebuild: boolean,
): Promise<boolean> {
  if (manifest === null) return false;
  const source = stateSource(world, manifest);
  let wrote = false;
  for (const output of await wantedOutputs(world)) {
    if (rebuild && output.making.from === 'shards') await mendShards(world, source);
    const publication = publicationOf(output, { world, manifest, source });
    if (publication !== null) wrote = (await writeIfNewer(world, publication, manifest.generation)) || wrote;
  }
  return wrote;
}

async function wantedOutputs(world: OutputsWorld): Promise<Output<IndexFile>[]> {
  const wanted = await Promise.all(subdirOutputs.map((output) => isWanted(output, world)));
  return subdirOutputs.filter((_, at) => wanted[at]);
}

/**
 * Whether a run writes an index file: an optional one that is asked for, or that is there all the same. Clients prefer
 * shards to all else and compare nothing, so what is served must never go stale, whoever turned its option off.
 */
async function isWanted({ file, written }: Output<IndexFile>, world: OutputsWorld): Promise<boolean> {
  const asked: ReadonlySet<string> = world.asked ?? new Set();
  return written !== 'option' || asked.has(file) || (await world.store.get(keyOf(world, file))) !== null;
}

/** How an index file is published; null when it is written with another, or cannot be made here. */
function publicationOf(
  { file, making }: Output<IndexFile>,
  { world, manifest, source }: { world: OutputsWorld; manifest: Manifest; source: RecordSource },
): WantedIndexFile | null {
  const key = keyOf(world, file);
  if (making.from === 'subdir') {
    const frame = subdirOutputs.find(
      (other) => other.making.from === 'output' && other.making.by === 'zstd' && other.making.of === file,
    );
    return { key, ...(frame && { zst: keyOf(world, frame.file) }), make: () => madeOf(making, source) };
  }
  if (making.from === 'shards') return { key, make: async () => ({ bytes: [await makeShardIndex(world, manifest)] }) };
  const { bzip2 } = world;
  if (making.from !== 'output' || making.by !== 'bzip2' || bzip2 === undefined) return null;
  return { key, make: async () => ({ bytes: [await bzip2(await plainBytes(making.of, source, { ...world, key }))] }) };
}

const keyOf = ({ channel, subdir }: StatePlace, file: IndexFile): ObjectKey => indexKey(channel, subdir, file);

const madeOf = (making: MadeFromSubdir, source: RecordSource): Promise<MadeOutput> | MadeOutput =>
  making.splice?.(source) ?? { bytes: making.build(source) };

/** All bytes of another index file, in memory: a bzip2 stream is made of them in a thread. */
async function plainBytes(
  of: IndexFile,
  source: RecordSource,
  { key, log }: { readonly key: ObjectKey; readonly log?: Log },
): Promise<Uint8Array> {
  const { bytes, size = 0 } = await madeOf(makingOf(of), source);
  log?.({ type: 'index.compressing', key, size });
  const plain: Uint8Array[] = [];
  for await (const slice of bytes) plain.push(slice);
  return Buffer.concat(plain);
}

/** Index files that are wanted and cannot be made here. */
export async function unmadeOutputs(world: OutputsWorld): Promise<Problem[]> {
  if (world.bzip2 !== undefined) return [];
  const problems: Problem[] = [];
  const detail = 'cannot be brought up to date here, for want of a bzip2 thread';
  for (const output of subdirOutputs) {
    if (output.making.from !== 'output' || output.making.by !== 'bzip2' || !(await isWanted(output, world))) continue;
    problems.push({ code: 'index.form', subject: keyOf(world, output.file), detail });
  }
  return problems;
}
