import { type IncomingHttpHeaders, type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { indexKey, objectKeySchema, type RoutedKey, route } from '../../core/layout/keys.ts';
import { noarch } from '../../core/names/subdir.ts';
import { type ByteSource, bytesSource } from '../../core/ports/byte-source.ts';
import type { Store, StoredObject } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';

export interface Question {
  readonly method: string;
  /** The request target: a path, or a whole URL as a proxy sends it (RFC 9112 3.2.2). */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: SourcePart | null;
  /** Why the store could not answer. */
  readonly error?: unknown;
}

/** A part of an object, or of a short text. */
export interface SourcePart extends ByteRange {
  readonly source: ByteSource;
}

/** CloudFront's limit for a URL. */
const maxTargetCharacters = 8192;

/** What is served. */
export interface NamedStore {
  readonly store: Store;
  /** The channel's name by now. */
  readonly name: () => string | Promise<string>;
}

/** The answer of the store's object, or of its absence, to one request; reads no bytes of the object. */
export async function answer({ store, name }: NamedStore, { method, target, headers }: Question): Promise<Answer> {
  if (target.length > maxTargetCharacters) return textAnswer(414);
  const uri = target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const routed = route({ method, uri, accept: headers.accept }, await name());
  if (routed.status === 405) return textAnswer(405, { Allow: 'GET, HEAD' });
  if (healthTarget.test(uri)) return health(store);
  if (routed.status === 301) return textAnswer(301, { Location: routed.location });
  if (routed.status !== 'key') return textAnswer(routed.status);
  const object = await store.get(objectKeySchema.parse(routed.key));
  const found = object === null ? textAnswer(404) : objectAnswer(object, routed, { method, target, headers });
  return routed.vary === undefined ? found : { ...found, headers: { ...found.headers, Vary: routed.vary } };
}

/** No key of a store: nothing at its root is served but the three files of core/layout/route.ts. */
const healthTarget = /^\/healthz(?:\?|$)/;

/** For load balancers: 200 while the store can be read, be it empty, and 503 while not; never says why. */
async function health(store: Store): Promise<Answer> {
  try {
    const index = await store.get(indexKey('conda', noarch, 'repodata.json'));
    await index?.read(0, Math.min(1, index.size));
    return textAnswer(200);
  } catch (error) {
    // One that is being replaced can be read.
    const isChanging = error instanceof GatehouseError && error.code === 'store.conflict';
    return isChanging ? textAnswer(200) : { ...textAnswer(503), error };
  }
}

/** An answer that says only its status, for example `not found`; never kept by a cache. */
export function textAnswer(status: number, headers: OutgoingHttpHeaders = {}): Answer {
  const source = bytesSource(Buffer.from(`${STATUS_CODES[status] ?? status}\n`.toLowerCase()));
  const text = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' };
  return partAnswer(status, { ...headers, ...text }, { source, start: 0, end: source.size });
}

/** The preconditions in the order of RFC 9110 13.2.2, then the range. */
function objectAnswer(object: StoredObject, routed: RoutedKey, { method, headers }: Question): Answer {
  const tag = entityTag(object.etag);
  const cached = { ETag: tag, 'Cache-Control': routed.cacheControl };
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-range': ifRange = tag } = headers;
  if (ifMatch !== undefined && !listHoldsTag(ifMatch, tag, 'strong')) return textAnswer(412);
  if (ifNoneMatch !== undefined && listHoldsTag(ifNoneMatch, tag, 'weak')) {
    return { status: 304, headers: cached, body: null };
  }
  const whole = { ...cached, 'Content-Type': routed.contentType, 'Accept-Ranges': 'bytes' };
  const range = method === 'GET' && ifRange === tag ? byteRange(headers.range, object.size) : null;
  if (range === 'unsatisfiable') return textAnswer(416, { 'Content-Range': `bytes */${object.size}` });
  if (range === null) return partAnswer(200, whole, { source: object, start: 0, end: object.size });
  const place = { 'Content-Range': `bytes ${range.start}-${range.end - 1}/${object.size}` };
  return partAnswer(206, { ...whole, ...place }, { source: object, ...range });
}

function partAnswer(status: number, headers: OutgoingHttpHeaders, part: SourcePart): Answer {
  return { status, headers: { ...headers, 'Content-Length': part.end - part.start }, body: part };
}

const quotedTag = /^"[\x21\x23-\x7e]*"$/;
const tagInList = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** A store's opaque tag as a strong entity tag: in quotes, without characters a header may not carry (RFC 9110 8.8.3). */
export function entityTag(opaque: string): string {
  return quotedTag.test(opaque) ? opaque : `"${encodeURIComponent(opaque)}"`;
}

/**
 * Whether a list of tags, or `*`, holds `tag`. The strong comparison, which If-Match needs, takes no `W/` tag; the weak
 * one, which If-None-Match needs, does (RFC 9110 8.8.3.2).
 */
export function listHoldsTag(list: string, tag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  return [...list.matchAll(tagInList)].some(([, weak, opaque]) => opaque === tag && (comparison === 'weak' || !weak));
}

export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

const oneRange = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The part of `size` bytes that a Range header asks for (RFC 9110 14.2): `bytes=5-`, `bytes=5-9`, `bytes=-5`.
 * Null where the header is to be ignored (absent, malformed, another unit, several ranges).
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = oneRange.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? null : suffixRange(Number(last), size);
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
}

function suffixRange(length: number, size: number): ByteRange | 'unsatisfiable' | null {
  if (length === 0) return 'unsatisfiable';
  return size === 0 ? null : { start: Math.max(0, size - length), end: size };
}
