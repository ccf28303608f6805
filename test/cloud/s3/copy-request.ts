import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { bucketNamed, change, type S3World } from './s3-world.ts';
import { element, xmlDocument, xmlHeaders } from './xml.ts';

/** With the source's own headers; one under a condition is refused, as S3 did for most of its life. */
export function copyObject(world: S3World, { resource, key }: CloudRequest, { headers }: Question): Answer {
  if ('if-none-match' in headers || 'if-match' in headers) throw new Refusal(403, 'AccessDenied', 'conditional copy');
  bucketNamed(world, resource);
  const { bucket, key: from } = copySource(headers);
  const source = bucketNamed(world, bucket).objects.get(from);
  if (source === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  const object = { ...source, modified: world.time.now() };
  change(world, 'ObjectCreated:Copy', { bucket: resource, key, object });
  const content = [element('ETag', object.etag), element('LastModified', new Date(object.modified).toISOString())];
  return { status: 200, headers: xmlHeaders, body: xmlDocument('CopyObjectResult', ...content) };
}

/** What a copy copies. */
export function copySource(headers: Readonly<Record<string, string>>): { bucket: string; key: string } {
  const source = decodeURIComponent(headers['x-amz-copy-source'] ?? '');
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.*)$/s.exec(source) ?? [];
  return { bucket, key };
}
