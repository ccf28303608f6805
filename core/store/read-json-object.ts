import type { z } from 'zod';
import { parseJson } from '../json/json.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';

export interface JsonObject<T> {
  readonly value: T;
  readonly etag: string;
}

/**
 * One of our own JSON objects, with the ETag under which it was read; null when there is none. It is read whole, so that
 * no number of writers can keep a reader from it.
 *
 * @throws GatehouseError `json.invalid` when it is damaged: not UTF-8, not JSON, or not what its schema says
 */
export async function readJsonObject<T>(
  store: Store,
  key: ObjectKey,
  schema: z.ZodType<T>,
): Promise<JsonObject<T> | null> {
  const object = await store.read(key);
  if (object === null) return null;
  return { value: parseJson(utf8(object.bytes, key), schema, key), etag: object.etag };
}

/** Whether an error says that one of our own objects is damaged, and not that the store has trouble. */
export const isDamaged = (error: unknown): error is GatehouseError =>
  error instanceof GatehouseError && error.code === 'json.invalid';

/** What comes of reading such an object; where it is damaged the error says what to do. */
export async function hintIfDamaged<T>(reading: Promise<T>, hint: string): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    throw new GatehouseError(cause.code, cause.message, { hint, cause });
  }
}

/** Text that is UTF-8: a lenient decoder puts U+FFFD for a bad byte, and the damaged document would still be JSON. */
function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('json.invalid', `${what} is not UTF-8`, { cause });
  }
}
