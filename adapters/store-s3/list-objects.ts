import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { GatehouseError } from '../../core/error.ts';
import { compareCodePoints } from '../../core/json.ts';
import { objectKeySchema } from '../../core/layout.ts';
import type { ObjectHead } from '../../core/ports/store.ts';
import type { Bucket } from './bucket.ts';
import { objectHead } from './object-head.ts';
import { asStoreError } from './s3-error.ts';

/**
 * Every object whose key starts with `prefix`. S3 lists by UTF-8 bytes, which is the order of code points; directory
 * buckets do not, and readers that merge by order would take what is missing for deleted, so disorder throws.
 * A name that is no key (a console's `folder/`) is passed over, as the folder twin does.
 */
export async function* listObjects(bucket: Bucket, prefix: string): AsyncGenerator<ObjectHead> {
  let last = '';
  for await (const page of pages(bucket, prefix)) {
    for (const { Key = '', Size, ...told } of page.Contents ?? []) {
      if (compareCodePoints(Key, last) <= 0) throw outOfOrder(Key, last);
      last = Key;
      const key = objectKeySchema.safeParse(Key);
      if (key.success) yield objectHead(key.data, told, Size);
    }
  }
}

async function* pages({ name, client }: Bucket, prefix: string): AsyncGenerator<ListObjectsV2CommandOutput> {
  for (let token: string | undefined; ; ) {
    const command = new ListObjectsV2Command({ Bucket: name, Prefix: prefix, ContinuationToken: token });
    const page = await asStoreError(`list ${prefix || 'everything'}`, () => client.send(command));
    yield page;
    if (page.IsTruncated !== true) return;
    token = page.NextContinuationToken;
    if (token === undefined) throw new GatehouseError('store.broken', 'the store cut a list short', { retry: true });
  }
}

const outOfOrder = (key: string, last: string): GatehouseError =>
  new GatehouseError('store.broken', `the store lists ${key} after ${last}`, {
    hint: 'directory buckets (S3 Express) keep no order: use a general purpose bucket',
  });
