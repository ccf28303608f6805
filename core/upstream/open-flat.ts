import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { GatehouseError } from '../problems/error.ts';
import { acceptRecords, type RawRecord } from './accept-records.ts';
import { fetchDocument, type UpstreamWorld } from './fetch-with-retry.ts';
import { capped, refuseHtml, unzstd } from './read-body.ts';
import { type RepodataMap, type RepodataScan, startRepodataScan } from './scan-repodata.ts';
import { shownUrl } from './shown-url.ts';
import { packageBaseOf, type SubdirAddress, subdirInfoSchema, type UpstreamSubdir } from './upstream-subdir.ts';

/** The limit, sent and decoded, is five times what conda-forge linux-64 has (2026). */
const maxDocumentBytes = 2 * 1024 ** 3;
const maxSmallMemberBytes = 64 * 1024 ** 2;

interface FlatIndex {
  readonly source: ByteSource;
  readonly map: RepodataMap;
}

/**
 * Opens a subdir by its `repodata.json` or `repodata.json.zst`: decoded into the cache and scanned on its way there, so
 * that nothing unsound is ever cached and nothing large is ever in memory. Null when upstream has no such file.
 */
export async function openFlat(
  at: SubdirAddress,
  file: 'repodata.json' | 'repodata.json.zst',
  world: UpstreamWorld,
): Promise<UpstreamSubdir | null> {
  const url = `${at.url}/${file}`;
  const isOptional = file === 'repodata.json.zst';
  const index = await fetchDocument<FlatIndex>({ url, isOptional }, world, {
    async fresh(response) {
      const scan = startRepodataScan(shownUrl(url));
      const source = await world.cache.put(url, response.header('etag'), scanned(response, url, scan));
      return { source, map: scan.finish() };
    },
    async kept(source) {
      const scan = startRepodataScan(shownUrl(url));
      for await (const bytes of chunksOf(source)) scan.push(bytes);
      return { source, map: scan.finish() };
    },
  });
  return index === null ? null : openIndex(index, at);
}

/** Decodes the bytes on their way to the cache; a document that does not scan fails here, before it is kept. */
async function* scanned({ body }: FetchResponse, url: string, scan: RepodataScan): AsyncGenerator<Uint8Array> {
  const what = shownUrl(url);
  const sent = refuseHtml(capped(body, maxDocumentBytes, what), url);
  const decoded = url.endsWith('.zst') ? capped(unzstd(sent, what), maxDocumentBytes, what) : sent;
  for await (const bytes of decoded) {
    scan.push(bytes);
    yield bytes;
  }
  scan.finish();
}

const smallSchema = z.object({
  info: subdirInfoSchema.nullish(),
  removed: z.array(z.string()).nullish(),
  repodata_version: z.number().max(2, 'is newer than any that is known here (CEP 36)').nullish(),
});

async function openIndex(index: FlatIndex, at: SubdirAddress): Promise<UpstreamSubdir> {
  const what = `${shownUrl(at.url)}/repodata.json`;
  const { info, removed } = await readSmall(index, what);
  const origin = { ...at, packageBase: packageBaseOf(info ?? {}, at), removed: new Set(removed) };
  const { source, map } = index;
  const sections = [
    { format: '.tar.bz2', offsets: map.packages },
    { format: '.conda', offsets: map.packagesConda },
  ] as const;
  const names = new Set(sections.flatMap(({ offsets }) => [...offsets.keys()]));
  return {
    url: at.url,
    names: () => names,
    async records(name) {
      const members: RawRecord[] = [];
      for (const { format, offsets } of sections) {
        const read = await readMembers(source, offsets.get(name) ?? [], what);
        members.push(...read.map((member) => ({ ...member, format })));
      }
      return acceptRecords(members, { ...origin, name });
    },
  };
}

async function readSmall({ source, map }: FlatIndex, what: string): Promise<z.infer<typeof smallSchema>> {
  const members: string[] = [];
  for (const { start, end } of map.small.values()) {
    if (end - start > maxSmallMemberBytes) {
      throw new GatehouseError('upstream.too-large', `${what}: ${end - start} bytes in its info or removed list`);
    }
    members.push(new TextDecoder().decode(await source.read(start, end)));
  }
  return parseJson(`{${members.join(',')}}`, smallSchema, what);
}

/** A member of a JSON object, parsed but not yet held against any schema. */
interface ReadMember {
  readonly filename: string;
  readonly value: unknown;
}

/** One read of a MiB costs less than hundreds of half a KiB, and members of one name mostly lie side by side. */
const maxReadBytes = 1024 * 1024;
const maxMemberBytes = 16 * 1024 * 1024;

const memberSchema = z.record(z.string(), z.unknown());

/**
 * Reads the members at `offsets` (`start, end` pair behind pair, in order).
 *
 * @param what names the document in the error: `upstream.body` for a key that comes twice or bytes that are not UTF-8
 */
export async function readMembers(source: ByteSource, offsets: readonly number[], what: string): Promise<ReadMember[]> {
  const members = new Map<string, unknown>();
  for (const run of runsOf(offsets)) {
    if (run.end - run.start > maxMemberBytes)
      throw new GatehouseError('upstream.too-large', `${what}: a record too large`);
    const bytes = await source.read(run.start, run.end);
    for (const [start, end] of run.parts) {
      const { filename, value } = parseMember(bytes.subarray(start - run.start, end - run.start), what);
      if (members.has(filename)) throw new GatehouseError('upstream.body', `${what}: a second "${filename}"`);
      members.set(filename, value);
    }
  }
  return [...members].map(([filename, value]) => ({ filename, value }));
}

interface Run {
  readonly start: number;
  end: number;
  readonly parts: [number, number][];
}

function runsOf(offsets: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < offsets.length; i += 2) {
    const [start = 0, end = 0] = offsets.slice(i, i + 2);
    const last = runs.at(-1);
    if (last !== undefined && end - last.start <= maxReadBytes) {
      last.end = end;
      last.parts.push([start, end]);
    } else {
      runs.push({ start, end, parts: [[start, end]] });
    }
  }
  return runs;
}

function parseMember(bytes: Uint8Array, what: string): ReadMember {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('upstream.body', `${what}: a record that is not UTF-8`, { cause });
  }
  const [member] = Object.entries(parseJson(`{${text}}`, memberSchema, what));
  if (member === undefined) throw new GatehouseError('upstream.body', `${what}: a member without a usable name`);
  return { filename: member[0], value: member[1] };
}
