import type { z } from 'zod';
import { parseJson } from '../json/json.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';

export interface JsonObject<T> {
  readonly value: T;
  readonly etag: string;
}

const maxAttempts = 5;

/**
 * One of our own JSON objects, with the ETag under which it was read; null when there is none. One that changes while
 * it is read is read again.
 *
 * @throws GatehouseError `json.invalid` when it is damaged: not UTF-8, not JSON, or not what its schema says;
 *   `store.conflict` (retry) when it keeps changing
 */
export async function readJsonObject<T>(
  store: Store,
  key: ObjectKey,
  schema: z.ZodType<T>,
): Promise<JsonObject<T> | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const object = await store.get(key);
      if (object === null) return null;
      const text = utf8(await object.read(0, object.size), key);
      return { value: parseJson(text, schema, key), etag: object.etag };
    } catch (error) {
      const isOvertaken = error instanceof GatehouseError && error.code === 'store.conflict';
      if (!isOvertaken || attempt === maxAttempts) throw error;
    }
  }
}

/** Whether an error says that one of our own objects is damaged, and not that the store has trouble. */
export const isDamaged = (error: unknown): error is GatehouseError =>
  error instanceof GatehouseError && error.code === 'json.invalid';

/** Text that is UTF-8: a lenient decoder puts U+FFFD for a bad byte, and the damaged document would still be JSON. */
function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('json.invalid', `${what} is not UTF-8`, { cause });
  }
}
