import { GatehouseError } from '../../core/error.ts';
import type { ObjectKey } from '../../core/layout.ts';
import type { ObjectHead } from '../../core/ports/store.ts';

/** What S3 says of an object, in a list as in a HEAD. The tag keeps its quotes: it goes back in conditions as it came. */
export function objectHead(key: ObjectKey, etag: string | undefined, size: number | undefined): ObjectHead {
  if (etag !== undefined && size !== undefined) return { key, etag, size };
  throw new GatehouseError('store.broken', `the store told ${key} without its tag or its size`);
}
