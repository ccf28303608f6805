import { type IncomingHttpHeaders, type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { type ByteSource, bytesSource } from '../../core/byte-source.ts';
import { objectKeySchema, type RoutedKey, route } from '../../core/layout.ts';
import type { Store, StoredObject } from '../../core/ports/store.ts';
import { type ByteRange, byteRange } from './byte-range.ts';
import { entityTag, listHoldsTag } from './entity-tag.ts';

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
}

/** A part of an object, or of a short text. */
export interface SourcePart extends ByteRange {
  readonly source: ByteSource;
}

/** CloudFront's limit for a URL, in characters. */
const longestTarget = 8192;

/** What the store's object, or its absence, answers to one request; reads no bytes of the object. */
export async function answer(store: Store, { method, target, headers }: Question): Promise<Answer> {
  if (target.length > longestTarget) return textAnswer(414);
  const uri = target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const routed = route({ method, uri, accept: headers.accept });
  if (routed.status === 405) return textAnswer(405, { Allow: 'GET, HEAD' });
  if (routed.status !== 'key') return textAnswer(routed.status);
  const object = await store.get(objectKeySchema.parse(routed.key));
  const found = object === null ? textAnswer(404) : objectAnswer(object, routed, { method, target, headers });
  return routed.vary === undefined ? found : { ...found, headers: { ...found.headers, Vary: routed.vary } };
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
