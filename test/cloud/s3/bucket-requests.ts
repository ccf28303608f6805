import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { bucketNamed, newCloudBucket, type S3World } from './s3-world.ts';
import { element, textsOf, xmlDocument, xmlHeaders } from './xml.ts';

export function createBucket(world: S3World, { resource }: CloudRequest): Answer {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(resource)) throw new Refusal(400, 'InvalidBucketName');
  if (world.buckets.has(resource)) throw new Refusal(409, 'BucketAlreadyOwnedByYou');
  world.buckets.set(resource, newCloudBucket());
  return { status: 200, headers: { location: `/${resource}` } };
}

export function headBucket(world: S3World, { resource }: CloudRequest): Answer {
  bucketNamed(world, resource);
  return { status: 200 };
}

export function deleteBucket(world: S3World, { resource }: CloudRequest): Answer {
  if (bucketNamed(world, resource).objects.size > 0) throw new Refusal(409, 'BucketNotEmpty');
  world.buckets.delete(resource);
  return { status: 204 };
}

export function putVersioning(world: S3World, { resource }: CloudRequest, { body }: Question): Answer {
  bucketNamed(world, resource).versioned = textsOf(body.toString(), 'Status')[0] === 'Enabled';
  return { status: 200 };
}

export function listUploads(world: S3World, { resource }: CloudRequest): Answer {
  const uploads = [...bucketNamed(world, resource).uploads].map(
    ([id, { key }]) => `<Upload>${element('Key', key)}${element('UploadId', id)}</Upload>`,
  );
  return { status: 200, headers: xmlHeaders, body: xmlDocument('ListMultipartUploadsResult', ...uploads) };
}
