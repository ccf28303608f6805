import { zstdDecompressSync } from 'node:zlib';
import { type IndexFile, mainIndexFiles, type OptionalIndexFile, optionalIndexFiles } from '../layout/index-files.ts';
import { channeldataKey, indexKey, type ObjectKey, shardKey, shardsFolder } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import type { EntrySource, OutputBytes } from '../outputs/entries/entry-source.ts';
import { makingOf, type Output, outputs, subdirOutputs } from '../outputs/outputs.ts';
import { buildShards, type Shard } from '../outputs/shards/build-shards.ts';
import { type ReadShardIndex, readShardIndex, shardIndexKey } from '../outputs/shards/shard-index.ts';
import { type ByteSource, bytesSource } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { tellingOf } from '../problems/problem.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { Damage, VerifyReport } from './damage.ts';
import { holds, unbzip2sTo, unzstdsTo } from './served-bytes.ts';

export interface VerifyOutputsWorld extends ChannelStore {
  /** False when of a damaged package only the record is known: then only what is made of records is compared. */
  readonly whole: boolean;
  /** The optional index files asked for: they must be there. The others are held against the state where they are. */
  readonly asked?: ReadonlySet<OptionalIndexFile> | undefined;
}

/**
 * Every index file of a subdir exists and holds what it must: clients read one and never compare. An optional one is
 * checked where it is asked for or there, since clients go by what is there, whoever asked for it once.
 */
export async function verifyOutputs(source: EntrySource, world: VerifyOutputsWorld): Promise<VerifyReport> {
  const expected = expectedBytes(source);
  let checked = 0;
  const problems: Damage[] = [];
  for (const output of inReportOrder) {
    if (!(await isChecked(output, source, world))) continue;
    const { as } = output.verifying;
    const key = indexKey(world.channel, source.subdir, output.file);
    const verified =
      as === 'shards'
        ? await verifyShards(source, world)
        : await compare(key, { as, expected: await expected(output), ...world });
    checked += verified.checked;
    problems.push(...verified.problems);
  }
  return { checked, problems };
}

/** `channeldata.json`, which is made of all subdirs. */
export async function verifyChannelOutputs(
  sources: readonly EntrySource[],
  { store, channel }: ChannelStore,
): Promise<VerifyReport> {
  const reports: VerifyReport[] = [];
  for (const { making, verifying } of outputs) {
    if (making.from !== 'channel' || verifying.as === 'shards') continue;
    const expected = await collected(making.build(sources));
    reports.push(await compare(channeldataKey(channel), { as: verifying.as, expected, store }));
  }
  return { checked: reports.length, problems: reports.flatMap(({ problems }) => problems) };
}

const inReportOrder = [...mainIndexFiles, ...optionalIndexFiles].flatMap((file) =>
  subdirOutputs.filter((output) => output.file === file),
);

async function isChecked(
  { file, written, verifying }: Output<IndexFile>,
  { subdir }: EntrySource,
  { store, channel, whole, asked = new Set() }: VerifyOutputsWorld,
): Promise<boolean> {
  if (!whole && verifying.needs === 'entries') return false;
  return (
    written !== 'option' ||
    new Set<string>(asked).has(file) ||
    (await store.get(indexKey(channel, subdir, file))) !== null
  );
}

/** The bytes that an index file holds or decompresses to. The last are kept: repodata.json and its frame come together. */
function expectedBytes(source: EntrySource): (output: Output<IndexFile>) => Promise<Uint8Array> {
  let last: { readonly file: IndexFile; readonly bytes: Uint8Array } | null = null;
  return async ({ file, making }) => {
    const of = making.from === 'output' ? making.of : file;
    if (last?.file !== of) last = { file: of, bytes: await collected(makingOf(of).build(source)) };
    return last.bytes;
  };
}

/** A whole index file in memory. */
export async function collected(bytes: OutputBytes): Promise<Uint8Array> {
  const slices: Uint8Array[] = [];
  for await (const slice of bytes) slices.push(slice);
  return Buffer.concat(slices);
}

type ComparedAs = Exclude<Output['verifying']['as'], 'shards'>;

interface Comparison {
  readonly wrong: Omit<Damage, 'key'>;
  holds(object: ByteSource, expected: Uint8Array): Promise<boolean>;
}

const notGiven = 'is not what packages, provenance and control give';

const comparisons: Readonly<Record<ComparedAs, Comparison>> = {
  bytes: { wrong: { code: 'verify.index-form', detail: notGiven }, holds },
  'zstd frame': {
    wrong: { code: 'verify.zst', detail: 'is not one zstd frame of what repodata.json must be' },
    holds: unzstdsTo,
  },
  'bzip2 stream': {
    wrong: { code: 'verify.index-form', detail: 'is not one bzip2 stream of what repodata.json must be' },
    holds: unbzip2sTo,
  },
};

/** An index file exists and holds what it must. */
async function compare(
  key: ObjectKey,
  { as, expected, store }: { readonly as: ComparedAs; readonly expected: Uint8Array; readonly store: Store },
): Promise<VerifyReport> {
  const object = await store.get(key);
  if (object === null)
    return { checked: 1, problems: [{ code: 'verify.index-missing', key, detail: 'does not exist' }] };
  const { wrong, holds } = comparisons[as];
  return { checked: 1, problems: (await holds(object, expected)) ? [] : [{ ...wrong, key }] };
}

/**
 * The shard index lists each name that has something listed and no other, and each shard that it names holds what that
 * name's must. Shards that it does not name do no harm: clients that read an older index may still want them.
 */
async function verifyShards(source: EntrySource, world: VerifyOutputsWorld): Promise<VerifyReport> {
  const key = shardIndexKey(world.channel, source.subdir);
  const index = await readServed(key, world);
  if ('code' in index) return { checked: 1, problems: [{ ...index, key }] };
  const problems: Damage[] = [];
  const wrong = (detail: string) => problems.push({ code: 'verify.index-form', key, detail });
  if (index.info.subdir !== source.subdir || index.info.shards_base_url !== `./${shardsFolder}/`) {
    wrong('says another subdir or place');
  }
  const listed = new Map(Object.entries(index.shards));
  for await (const shard of buildShards(source)) {
    const sha256 = listed.get(shard.name);
    if (sha256 === undefined) wrong(`does not list ${shard.name}`);
    else problems.push(...(await verifyShard({ ...shard, sha256 }, source, world)));
    listed.delete(shard.name);
  }
  for (const name of listed.keys()) wrong(`lists ${name}, of which nothing is in the index`);
  return { checked: 1 + Object.keys(index.shards).length, problems };
}

async function readServed(
  key: ObjectKey,
  { store }: VerifyOutputsWorld,
): Promise<ReadShardIndex | Omit<Damage, 'key'>> {
  const object = await store.read(key);
  if (object === null) return { code: 'verify.index-missing', detail: 'does not exist' };
  try {
    return await readShardIndex(object.bytes, key);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return { code: 'verify.index-form', ...tellingOf(error) };
  }
}

/** @param shard as it must be, under the hash that the index gives: another zstd may pack the same otherwise */
async function verifyShard(
  { name, sha256, bytes }: Shard,
  { subdir }: EntrySource,
  { store, channel }: VerifyOutputsWorld,
): Promise<Damage[]> {
  const key = shardKey(channel, subdir, sha256);
  const damaged = (detail: string): Damage[] => [
    { code: 'verify.shard', key, detail: `${detail}, the shard of ${name}` },
  ];
  const object = await store.read(key);
  if (object === null) return damaged('does not exist');
  const served = object.bytes;
  if (sha256Of(served) !== sha256) return damaged('does not have its own hash; gatehouse index --rebuild mends it');
  const same = await unzstdsTo(bytesSource(served), zstdDecompressSync(bytes));
  return same ? [] : damaged(notGiven);
}
