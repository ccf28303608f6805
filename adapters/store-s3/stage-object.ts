import { GatehouseError } from '../../core/error.ts';
import type { PutOutcome, StagedObject } from '../../core/ports/store.ts';
import type { Bucket } from './bucket.ts';
import { putInParts } from './put-in-parts.ts';
import { putObject, type Target } from './put-object.ts';
import { asStoreError } from './s3-error.ts';
import { type StagedBytes, stagedBytes } from './staged-bytes.ts';

/** Bytes are held here and not in the bucket: a create-only bucket policy lets nothing be copied or renamed. */
export function stageObject(bucket: Bucket): StagedObject {
  const staged = stagedBytes(bucket.scratch);
  let published = false;
  return {
    async write(bytes) {
      if (published) throw new GatehouseError('internal.bug', 'a staged object was written to after its publishing');
      await staged.write(bytes);
    },
    source: () => staged.source(),
    publish(key, metadata, condition = { absent: true }) {
      published = true;
      return asStoreError(`publish ${key}`, () => publish(bucket, staged, { key, metadata, condition }));
    },
    [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
  };
}

async function publish(bucket: Bucket, staged: StagedBytes, target: Target): Promise<PutOutcome> {
  const source = await staged.source();
  if (source.size > bucket.partSize) return putInParts(bucket, target, source);
  return putObject(bucket, target, await source.read(0, source.size));
}
