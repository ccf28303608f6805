import { stat } from 'node:fs/promises';
import { GatehouseError } from '../core/error.ts';

/**
 * `--store`: a folder, or a place where one can be made; or `s3://BUCKET`.
 *
 * @throws GatehouseError `usage.invalid` for a file, another URL, or a place within a bucket
 */
export async function storeFlag(value: string): Promise<string> {
  if (/^s3:/i.test(value)) return bucketFlag(value);
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(value))
    throw refused(value, 'which is neither a folder nor s3://BUCKET', folderHint);
  const found = await stat(value).catch(() => null);
  if (found === null || found.isDirectory()) return value;
  throw refused(value, 'which is not a folder', folderHint);
}

/** The bucket that a checked `--store` names, or null when it is a folder. */
export const bucketIn = (store: string): string | null => (store.startsWith('s3://') ? store.slice(5) : null);

function bucketFlag(value: string): string {
  const [, name, rest] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(value) ?? [];
  if (rest) throw refused(value, 'and a channel takes a whole bucket', `give it one of its own: s3://${name}`);
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (name !== undefined && /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name)) return `s3://${name}`;
  throw refused(value, 'which names no bucket', 'write s3://BUCKET: 3 to 63 of a-z, 0-9, - and .');
}

const folderHint = 'name a folder (one that is not there is made), or s3://BUCKET';

const refused = (value: string, why: string, hint: string): GatehouseError =>
  new GatehouseError('usage.invalid', `--store is "${value}", ${why}`, { hint });
