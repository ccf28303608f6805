import { type Answer, type Question, Refusal } from '../answer.ts';
import { type CloudRequest, callerOf } from '../fault.ts';
import { createBucket, deleteBucket, headBucket, listUploads, putVersioning } from './bucket-requests.ts';
import { copyObject } from './copy-request.ts';
import { listObjects } from './list-request.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart-requests.ts';
import { deleteObject, getObject, putObject } from './object-requests.ts';
import type { S3World } from './s3-world.ts';
import { element, xmlDocument, xmlHeaders } from './xml.ts';

type Operate = (world: S3World, request: CloudRequest, question: Question) => Answer;

/** What each operation is asked with: method, whether it names an object, and the query parameter or header that tells it apart. */
const operations: readonly (readonly [
  name: string,
  method: string,
  of: 'bucket' | 'object',
  query: string,
  Operate,
])[] = [
  ['UploadPart', 'PUT', 'object', 'uploadId', uploadPart],
  ['CreateMultipartUpload', 'POST', 'object', 'uploads', createUpload],
  ['CompleteMultipartUpload', 'POST', 'object', 'uploadId', completeUpload],
  ['AbortMultipartUpload', 'DELETE', 'object', 'uploadId', abortUpload],
  ['CopyObject', 'PUT', 'object', 'x-amz-copy-source', copyObject],
  ['PutObject', 'PUT', 'object', '', putObject],
  ['GetObject', 'GET', 'object', '', getObject],
  ['HeadObject', 'HEAD', 'object', '', getObject],
  ['DeleteObject', 'DELETE', 'object', '', deleteObject],
  ['ListObjectsV2', 'GET', 'bucket', 'list-type', listObjects],
  ['ListMultipartUploads', 'GET', 'bucket', 'uploads', listUploads],
  ['PutBucketVersioning', 'PUT', 'bucket', 'versioning', putVersioning],
  ['CreateBucket', 'PUT', 'bucket', '', createBucket],
  ['HeadBucket', 'HEAD', 'bucket', '', headBucket],
  ['DeleteBucket', 'DELETE', 'bucket', '', deleteBucket],
];

/** Parameters that select an operation of S3's; one we do not know is not taken for another. */
const selecting =
  /^(?:uploadId|uploads|list-type|versioning|versions|versionId|acl|tagging|delete|location|policy|notification|x-amz-copy-source)$/;

/** Which operation a request is for: `/BUCKET/KEY`, by path. */
export function s3Request({ method, path, query, headers }: Question): CloudRequest {
  const [, resource = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const kind = key === '' ? 'bucket' : 'object';
  const selector = [...query.keys(), ...Object.keys(headers)].find((name) => selecting.test(name)) ?? '';
  const known = operations.find(([, verb, of, needs]) => verb === method && of === kind && needs === selector);
  const operation = known?.[0] ?? `${method} ${kind}?${selector}`;
  const of = operation === 'ListObjectsV2' ? (query.get('prefix') ?? '') : key;
  return { service: 's3', operation, resource, key: of, caller: callerOf(headers), headers };
}

export async function answerS3(world: S3World, request: CloudRequest, question: Question): Promise<Answer> {
  if (!('authorization' in question.headers)) throw new Refusal(403, 'AccessDenied', 'anonymous requests are refused');
  const operate = operations.find(([name]) => name === request.operation)?.[4];
  if (operate === undefined) throw new Refusal(501, 'NotImplemented', request.operation);
  return operate(world, request, question);
}

export function s3RefusalAnswer({ status, code, message }: Refusal): Answer {
  const content = [element('Code', code), element('Message', message), element('RequestId', 'cloud')];
  return { status, headers: xmlHeaders, body: xmlDocument('Error', ...content) };
}
