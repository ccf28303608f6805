import { createHash } from 'node:crypto';
import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { crc32Of, payloadOf } from './payload.ts';
import { bucketNamed, type CloudObject, change, type S3World } from './s3-world.ts';

/** The headers that S3 keeps with an object. */
export function keptHeaders({ headers }: Question): Record<string, string> {
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    if (name.startsWith('x-amz-meta-') || name === 'content-type' || name === 'cache-control') return [[name, value]];
    const encoding = value.replace(/\baws-chunked,?\s*/, '');
    return name === 'content-encoding' && encoding !== '' ? [[name, encoding]] : [];
  });
  return Object.fromEntries(kept);
}

export const md5Tag = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

export function putObject(world: S3World, { resource, key }: CloudRequest, question: Question): Answer {
  const bucket = bucketNamed(world, resource);
  const bytes = payloadOf(question);
  checkWrite(question.headers, bucket.objects.get(key));
  const object = { bytes, etag: md5Tag(bytes), headers: keptHeaders(question), modified: world.time.now() };
  change(world, 'ObjectCreated:Put', { bucket: resource, key, object });
  return { status: 200, headers: { etag: object.etag } };
}

export function deleteObject(world: S3World, { resource, key }: CloudRequest, { headers }: Question): Answer {
  const current = bucketNamed(world, resource).objects.get(key);
  checkWrite(headers, current);
  if (current !== undefined) change(world, 'ObjectRemoved:Delete', { bucket: resource, key, object: null });
  return { status: 204 };
}

/** For HEAD as for GET; who sends the answer leaves a HEAD's body away. */
export function getObject(world: S3World, { resource, key }: CloudRequest, { headers }: Question): Answer {
  const object = bucketNamed(world, resource).objects.get(key);
  if (object === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  checkRead(headers, object);
  const facts = {
    etag: object.etag,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...object.headers,
  };
  const { range } = headers;
  if (range !== undefined) return partAnswer(object, range, facts);
  const checksum =
    headers['x-amz-checksum-mode'] === 'ENABLED' ? { 'x-amz-checksum-crc32': crc32Of(object.bytes) } : {};
  return { status: 200, headers: { ...facts, ...checksum }, body: object.bytes };
}

function partAnswer({ bytes }: CloudObject, range: string, facts: Record<string, string>): Answer {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const size = bytes.length;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (start >= end) throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
  const headers = { ...facts, 'content-range': `bytes ${start}-${end - 1}/${size}` };
  return { status: 206, headers, body: bytes.subarray(start, end) };
}
