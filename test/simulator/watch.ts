import { zstdDecompressSync } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import { z } from 'zod';
import { type Control, controlSchema, emptyControl, isKeptOut } from '../../core/documents/control.ts';
import { type GateVerdict, verdictSchema } from '../../core/documents/gate/verdict.ts';
import { parseJson } from '../../core/json/json.ts';
import { controlKey, indexKey, type ObjectKey, shardKey } from '../../core/layout/keys.ts';
import { sha256Schema } from '../../core/names/digest.ts';
import type { Entry } from '../twins/store-memory.ts';
import { channel, type SimulatedPackage, subdir } from './simulated-package.ts';

export const rootKey: string = `_gatehouse/state/${channel}/${subdir}.json`;
export const theControl: ObjectKey = controlKey(channel, subdir);
/** Written in this order; clients take the first they can read. */
export const outputs: readonly ObjectKey[] = [
  indexKey(channel, subdir, 'repodata.json.zst'),
  indexKey(channel, subdir, 'repodata.json'),
];

export const shardIndexKey: ObjectKey = indexKey(channel, subdir, 'repodata_shards.msgpack.zst');

const segment = z.looseObject({ sha256: z.string() });
const rootSchema = z.looseObject({
  generation: z.int().positive(),
  control: z.string().nullable(),
  sections: z.record(z.string(), z.array(segment)).default({}),
});
export type Root = z.infer<typeof rootSchema>;

const shownRecord = z.looseObject({
  sha256: z.string(),
  size: z.number(),
  depends: z.array(z.string()).default([]),
  indexed_timestamp: z.number().optional(),
});
const repodataSchema = z.object({
  packages: z.record(z.string(), shownRecord),
  'packages.conda': z.record(z.string(), shownRecord),
});

/** What a client makes of an index file. */
export interface Shown {
  readonly generation: number;
  /** Decoded. */
  readonly text: string;
  readonly records: ReadonlyMap<string, z.infer<typeof shownRecord>>;
}

/** All that ever happened, as one who sees every object at every moment knows it. */
export interface Watch {
  readonly objects: ReadonlyMap<ObjectKey, Entry>;
  readonly packages: readonly SimulatedPackage[];
  /** Packages by file name whose true bytes were there at some time. */
  readonly existed: Set<string>;
  /** Packages by file name of whose true bytes a passing verdict was at rest at some time. */
  readonly passed: Set<string>;
  /** How often each was deleted or withdrawn, or its verdict turned bad. */
  readonly removals: Map<string, number>;
  /** How often each went out of an output: by `output filename`. */
  readonly disappearances: Map<string, number>;
  /** Removed in order: out of every index for good, then deleted. */
  readonly gone: Set<string>;
  /** What each generation says, by number. */
  readonly contents: Map<number, string>;
  /** The first bytes of every key that must never change. */
  readonly firstBytes: Map<ObjectKey, Uint8Array>;
  /** Every tag an index file had, after its key. */
  readonly tags: Set<string>;
  /** Index files that came back to bytes, and so to a tag, that they had before: see R4. */
  readonly cameBack: Set<ObjectKey>;
  readonly parsed: Map<Entry, Shown>;
  control: Control;
}

export const newWatch = (objects: Watch['objects'], packages: Watch['packages']): Watch => ({
  objects,
  packages,
  existed: new Set(),
  passed: new Set(),
  removals: new Map(),
  disappearances: new Map(),
  gone: new Set(),
  contents: new Map(),
  firstBytes: new Map(),
  tags: new Set(),
  cameBack: new Set(),
  parsed: new Map(),
  control: emptyControl,
});

/** An index file as a client reads it; throws when it cannot. */
export function shownBy(watch: Watch, key: ObjectKey, entry: Entry): Shown {
  const known = watch.parsed.get(entry);
  if (known !== undefined) return known;
  const bytes = key.endsWith('.zst') ? zstdDecompressSync(entry.bytes) : Buffer.from(entry.bytes);
  const text = bytes.toString('utf8');
  const repodata = parseJson(text, repodataSchema, key);
  const records = new Map([...Object.entries(repodata.packages), ...Object.entries(repodata['packages.conda'])]);
  const shown = { generation: generationOf(entry), text, records };
  watch.parsed.set(entry, shown);
  return shown;
}

const shardIndexSchema = z.looseObject({ shards: z.record(z.string(), z.instanceof(Uint8Array)) });

/** The shards that a shard index names, each where it must be. */
export const shardsOf = (entry: Entry): ObjectKey[] =>
  Object.values(shardIndexSchema.parse(decode(zstdDecompressSync(entry.bytes))).shards).map((sha256) =>
    shardKey(channel, subdir, sha256Schema.parse(Buffer.from(sha256).toString('hex'))),
  );

const shardSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })),
  'packages.conda': z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })),
});

/** What a shard lists: `file name: depends`. */
export function listedIn({ bytes }: Entry): string[] {
  const { packages, 'packages.conda': conda } = shardSchema.parse(decode(zstdDecompressSync(bytes)));
  return Object.entries({ ...packages, ...conda }).map(([filename, { depends }]) => `${filename}: ${depends}`);
}

/** Any index file, these two or another form, carries the generation that it shows. */
export const isIndexFile = (key: string, entry: Entry): boolean =>
  key.startsWith(`${channel}/${subdir}/`) && 'generation' in entry.metadata;

export const generationOf = (entry: Entry): number => Number(entry.metadata['generation'] ?? Number.NaN);

const textOf = (entry: Entry): string => Buffer.from(entry.bytes).toString('utf8');

export const rootOf = (entry: Entry): Root => parseJson(textOf(entry), rootSchema, rootKey);

export const controlOf = (entry: Entry | null): Control =>
  entry === null ? emptyControl : parseJson(textOf(entry), controlSchema, theControl);

export const verdictOf = (entry: Entry): GateVerdict => parseJson(textOf(entry), verdictSchema, 'a verdict');

/** The package's true bytes are there, the gate lets them in, and control lets them be. */
export function shouldBeListed(watch: Watch, { filename, key, bytes, kind }: SimulatedPackage): boolean {
  const entry = watch.objects.get(key);
  if (kind === 'poison' || kind === 'held' || entry === undefined || !Buffer.from(bytes).equals(entry.bytes))
    return false;
  return !isKeptOut(watch.control.packages[filename] ?? {});
}
