import { createHash, randomUUID } from 'node:crypto';
import { type Answer, type Question, Refusal } from '../answer.ts';
import type { CloudRequest } from '../fault.ts';
import { checkWrite } from './conditions.ts';
import { keptHeaders, md5Tag } from './object-requests.ts';
import { crc32Of, payloadOf } from './payload.ts';
import { bucketNamed, change, type S3World, type Upload } from './s3-world.ts';
import { element, textsOf, xmlDocument, xmlHeaders } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html; only the last part may be smaller. */
const smallestPart = 5 * 1024 * 1024;

export function createUpload(world: S3World, { resource, key }: CloudRequest, question: Question): Answer {
  const id = randomUUID();
  bucketNamed(world, resource).uploads.set(id, { key, headers: keptHeaders(question), parts: new Map() });
  const content = [element('Bucket', resource), element('Key', key), element('UploadId', id)];
  return { status: 200, headers: xmlHeaders, body: xmlDocument('InitiateMultipartUploadResult', ...content) };
}

export function uploadPart(world: S3World, request: CloudRequest, question: Question): Answer {
  const { parts } = uploadOf(world, request, question);
  const number = Number(question.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) throw new Refusal(400, 'InvalidArgument');
  const bytes = payloadOf(question);
  const etag = md5Tag(bytes);
  const crc32 = 'x-amz-checksum-crc32' in question.headers ? crc32Of(bytes) : undefined;
  parts.set(number, { bytes, etag, crc32 });
  return { status: 200, headers: { etag, ...(crc32 && { 'x-amz-checksum-crc32': crc32 }) } };
}

export function completeUpload(world: S3World, request: CloudRequest, question: Question): Answer {
  const { resource, key } = request;
  const upload = uploadOf(world, request, question);
  const bucket = bucketNamed(world, resource);
  const parts = namedParts(upload, question.body.toString());
  checkWrite(question.headers, bucket.objects.get(key));
  const digests = parts.map(({ bytes }) => createHash('md5').update(bytes).digest());
  const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}"`;
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  bucket.uploads.delete(question.query.get('uploadId') ?? '');
  const object = { bytes, etag, headers: upload.headers, modified: world.time.now() };
  change(world, 'ObjectCreated:CompleteMultipartUpload', { bucket: resource, key, object });
  const content = [element('Bucket', resource), element('Key', key), element('ETag', etag)];
  return { status: 200, headers: xmlHeaders, body: xmlDocument('CompleteMultipartUploadResult', ...content) };
}

export function abortUpload(world: S3World, request: CloudRequest, question: Question): Answer {
  uploadOf(world, request, question);
  bucketNamed(world, request.resource).uploads.delete(question.query.get('uploadId') ?? '');
  return { status: 204 };
}

function uploadOf(world: S3World, { resource, key }: CloudRequest, { query }: Question): Upload {
  const upload = bucketNamed(world, resource).uploads.get(query.get('uploadId') ?? '');
  if (upload?.key !== key) throw new Refusal(404, 'NoSuchUpload', 'The specified upload does not exist.');
  return upload;
}

/** The parts a completion names, in its order, which must be theirs. */
function namedParts({ parts }: Upload, xml: string) {
  const [numbers, tags, checksums] = [
    textsOf(xml, 'PartNumber').map(Number),
    textsOf(xml, 'ETag'),
    textsOf(xml, 'ChecksumCRC32'),
  ];
  if (numbers.length === 0) throw new Refusal(400, 'MalformedXML');
  return numbers.map((number, i) => {
    if (number <= (numbers[i - 1] ?? 0)) throw new Refusal(400, 'InvalidPartOrder');
    const part = parts.get(number);
    const isSame = part?.etag.replaceAll('"', '') === tags[i]?.replaceAll('"', '');
    const isSound = checksums.length === 0 || checksums[i] === part?.crc32;
    if (part === undefined || !isSame || !isSound) throw new Refusal(400, 'InvalidPart');
    if (i < numbers.length - 1 && part.bytes.length < smallestPart) throw new Refusal(400, 'EntityTooSmall');
    return part;
  });
}
