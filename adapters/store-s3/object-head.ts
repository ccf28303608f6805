import { GatehouseError } from '../../core/error.ts';
import type { ObjectKey } from '../../core/layout.ts';
import type { ObjectHead } from '../../core/ports/store.ts';

export interface ToldOfObject {
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

/** What S3 says of an object, in a list as in a HEAD. The tag keeps its quotes: it goes back in conditions as it came. */
export function objectHead(key: ObjectKey, { ETag, LastModified }: ToldOfObject, size: number | undefined): ObjectHead {
  if (ETag !== undefined && size !== undefined && LastModified !== undefined) {
    // A HEAD tells whole seconds: so does a list then.
    return { key, etag: ETag, size, modified: Math.floor(LastModified.getTime() / 1000) * 1000 };
  }
  throw new GatehouseError('store.broken', `the store told ${key} without its tag, its size or its time`);
}
