import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { checkWrite } from './conditions.ts';
import { keptHeaders } from './object-requests.ts';
import { bucketNamed, change, type S3World } from './s3-world.ts';
import { element, xmlDocument, xmlHeaders } from './xml.ts';

/** With the source's own headers, or those of the request where it says `REPLACE`; under the conditions of a write. */
export function copyObject(world: S3World, { resource, key }: CloudRequest, question: Question): Answer {
  const { headers } = question;
  const target = bucketNamed(world, resource);
  const { bucket, key: from } = copySource(headers);
  const source = bucketNamed(world, bucket).objects.get(from);
  if (source === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  checkWrite(headers, target.objects.get(key));
  const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE';
  const kept = isReplaced ? keptHeaders(question) : source.headers;
  const object = { ...source, headers: kept, modified: world.time.now() };
  change(world, 'ObjectCreated:Copy', { bucket: resource, key, object });
  const content = [element('ETag', object.etag), element('LastModified', new Date(object.modified).toISOString())];
  return { status: 200, headers: xmlHeaders, body: xmlDocument('CopyObjectResult', ...content) };
}

/** What a copy copies; this S3 keeps no old versions. */
export function copySource(headers: Readonly<Record<string, string>>): { bucket: string; key: string } {
  const source = decodeURIComponent(headers['x-amz-copy-source'] ?? '');
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.*)$/s.exec(source) ?? [];
  return { bucket, key };
}
