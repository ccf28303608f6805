import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { parseJson } from '../../json/json.ts';
import { packageFileNameSchema } from '../../names/package-file-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import { type ByteSource, heldIfSmall } from '../../ports/byte-source.ts';
import type { DocumentCache } from '../../ports/cache.ts';
import { GatehouseError } from '../../problems/error.ts';
import { problemSchema } from '../../problems/problem.ts';
import { recordSchema } from '../../record/record.ts';
import { recordFindingsSchema } from '../../record/record-finding.ts';
import { acceptedVersion, type UpstreamRecords } from '../accept-records.ts';

/** Where upstream's records are from, as the allowlist spells it. */
export interface KeptOrigin {
  readonly channel: string;
  readonly subdir: Subdir;
}

/** A name's records, and the digest of what they were read from. */
export interface ReadName {
  readonly name: string;
  readonly digest: string;
  readonly found: UpstreamRecords;
}

/** The records of names as they were accepted before. */
export interface KeptRecords {
  /** Whether it takes what comes of a name: one that it has, or any while there is room. */
  takes(name: string): boolean;
  /** Null where the name was not read, or from something else. */
  read(name: string, digest: string): Promise<UpstreamRecords | null>;
}

/** No upstream has a URL of this scheme. */
const urlOf = ({ channel, subdir }: KeptOrigin): string => `gatehouse:records ${channel} ${subdir}`;

const namedSchema = z.strictObject({
  packageBase: z.string(),
  records: z.array(
    z.strictObject({
      filename: packageFileNameSchema,
      record: recordSchema,
      findings: recordFindingsSchema.optional(),
    }),
  ),
  problems: z.array(problemSchema),
});

/** The document: a line a name, then this, then its length in bytes. */
const placesSchema = z.strictObject({
  version: z.literal(1),
  accepted: z.literal(acceptedVersion),
  names: z.array(z.tuple([z.string(), z.string(), z.int().nonnegative(), z.int().nonnegative()])),
});

const lengthBytes = 8;

/** Of one subdir: names beyond it are read from upstream's own index, as without any of this. conda-forge linux-64 whole is 400 MB. */
const maxKeptBytes = 256 * 1024 ** 2;
/** What is as large is not written anew for the names that found no room. */
const fullBytes = maxKeptBytes / 2;

/** What is kept of a subdir; nothing where it is damaged, or was kept by another version. Losing it costs time alone. */
export async function readKeptRecords(origin: KeptOrigin, cache: Pick<DocumentCache, 'get'>): Promise<KeptRecords> {
  const nothing: KeptRecords = { takes: () => true, read: async () => null };
  const kept = await orNull(async () => {
    const document = await cache.get(urlOf(origin));
    return document && { document: await heldIfSmall(document), places: await placesIn(document) };
  });
  if (kept === null) return nothing;
  const { document, places } = kept;
  return {
    takes: (name) => document.size < fullBytes || places.has(name),
    async read(name, digest) {
      const place = places.get(name);
      if (place?.digest !== digest) return null;
      return orNull(async () => foundIn(await document.read(place.start, place.end), origin));
    },
  };
}

interface Place {
  readonly digest: string;
  readonly start: number;
  readonly end: number;
}

async function placesIn(document: ByteSource): Promise<ReadonlyMap<string, Place>> {
  const end = document.size - lengthBytes;
  const length = Number(Buffer.from(await document.read(end, document.size)).readBigUInt64BE());
  const text = Buffer.from(await document.read(end - length, end)).toString();
  const { names } = parseJson(text, placesSchema, 'kept records');
  return new Map(names.map(([name, digest, from, to]) => [name, { digest, start: from, end: to }]));
}

function foundIn(line: Uint8Array, { channel, subdir }: KeptOrigin): UpstreamRecords {
  const { packageBase, records, problems } = parseJson(Buffer.from(line).toString(), namedSchema, 'a kept name');
  const placed = records.map((one) => ({ ...one, channel, subdir, url: packageBase + one.filename }));
  return { records: placed, problems };
}

/** Keeps records for the next plan, the first of them where all are too much. A cache that takes no more is of no matter. */
export async function writeKeptRecords(
  origin: KeptOrigin,
  cache: Pick<DocumentCache, 'put'>,
  all: Iterable<ReadName>,
): Promise<void> {
  await orNull(() => cache.put(urlOf(origin), null, written(all)));
}

async function* written(all: Iterable<ReadName>): AsyncGenerator<Uint8Array> {
  const names: [string, string, number, number][] = [];
  let size = 0;
  for (const { name, digest, found } of all) {
    const line = Buffer.from(`${JSON.stringify(lineOf(found))}\n`);
    if (size + line.length > maxKeptBytes) break;
    names.push([name, digest, size, size + line.length]);
    size += line.length;
    yield line;
  }
  const places = Buffer.from(JSON.stringify({ version: 1, accepted: acceptedVersion, names }));
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64BE(BigInt(places.length));
  yield Buffer.concat([places, length]);
}

function lineOf({ records, problems }: UpstreamRecords): z.input<typeof namedSchema> {
  const [first] = records;
  return {
    packageBase: first?.url.slice(0, -first.filename.length) ?? '',
    records: records.map(({ filename, record, findings }) => ({ filename, record, findings })),
    problems: [...problems],
  };
}

/** What cannot be read of the cache, or does not fit, is not there. */
async function orNull<T>(make: () => Promise<T | null>): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    const isOfNoMatter =
      error instanceof RangeError ||
      (error instanceof GatehouseError && (error.code === 'json.invalid' || error.code.startsWith('store.')));
    if (isOfNoMatter) return null;
    throw error;
  }
}
