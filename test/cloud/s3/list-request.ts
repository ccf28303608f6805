import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { bucketNamed, type CloudBucket, type S3World } from './s3-world.ts';
import { element, xmlDocument, xmlHeaders } from './xml.ts';

/** ListObjectsV2, without delimiters. */
export function listObjects(world: S3World, { resource }: CloudRequest, { query }: Question): Answer {
  if (query.has('delimiter') || query.has('encoding-type')) throw new Refusal(501, 'NotImplemented');
  const bucket = bucketNamed(world, resource);
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const maxKeys = Math.min(Number(query.get('max-keys') ?? world.maxKeys), world.maxKeys);
  const found = keysAfter(bucket, prefix, after);
  const page = found.slice(0, maxKeys);
  const isTruncated = found.length > page.length;
  const content = [
    element('Name', resource),
    element('Prefix', prefix),
    element('MaxKeys', maxKeys),
    element('KeyCount', page.length),
    element('IsTruncated', isTruncated),
    isTruncated ? element('NextContinuationToken', Buffer.from(page.at(-1) ?? '').toString('base64url')) : '',
    ...page.map((key) => contents(bucket, key)),
  ];
  return { status: 200, headers: xmlHeaders, body: xmlDocument('ListBucketResult', ...content) };
}

/** In order of UTF-8, as general purpose buckets list. */
function keysAfter(bucket: CloudBucket, prefix: string, after: string): string[] {
  bucket.sorted ??= [...bucket.objects.keys()]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
  const from = after === '' ? 0 : firstBehind(bucket.sorted, Buffer.from(after));
  return bucket.sorted.slice(from).filter((key) => key.startsWith(prefix));
}

function firstBehind(sorted: readonly string[], after: Buffer): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(Buffer.from(sorted[middle] ?? ''), after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function contents({ objects }: CloudBucket, key: string): string {
  const object = objects.get(key);
  if (object === undefined) throw new Error(`${key} is listed and not there`);
  const modified = new Date(object.modified).toISOString();
  const facts = [
    ['Key', key],
    ['LastModified', modified],
    ['ETag', object.etag],
    ['Size', object.bytes.length],
  ] as const;
  return `<Contents>${facts.map(([name, value]) => element(name, value)).join('')}</Contents>`;
}
