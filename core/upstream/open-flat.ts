import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import { sha256Of } from '../names/digest.ts';
import { type ByteSource, chunksOf, heldIfSmall } from '../ports/byte-source.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { acceptRecords, type RawRecord } from './accept-records.ts';
import { fetchDocument, type UpstreamWorld } from './fetch-with-retry.ts';
import { capped, refuseHtml, unzstd } from './read-body.ts';
import { digestMembers, readMembers } from './read-members.ts';
import { type RepodataMap, type RepodataScan, startRepodataScan } from './scan-repodata.ts';
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
  { isOptional, ...world }: UpstreamWorld & { readonly isOptional: boolean },
): Promise<UpstreamSubdir | null> {
  const url = `${at.url}/${file}`;
  const index = await fetchDocument<FlatIndex>({ url, isOptional }, world, {
    async fresh(response) {
      const scan = startRepodataScan(shownUrl(url));
      const source = await world.cache.put(url, response.header('etag'), scanned(response, url, scan));
      return { source, map: scan.finish() };
    },
    async kept(document) {
      const source = await heldIfSmall(document);
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
  const around = sha256Of(JSON.stringify([origin.packageBase, removed ?? []]));
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
        const read = await readMembers(source, offsets.get(name) ?? []);
        members.push(...read.map((member) => ({ ...member, format })));
      }
      return acceptRecords(members, { ...origin, name });
    },
    async digest(name) {
      if (!names.has(name)) return null;
      const digests: string[] = [];
      for (const { offsets } of sections) digests.push(await digestMembers(source, offsets.get(name) ?? []));
      return sha256Of(JSON.stringify([...digests, around]));
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
