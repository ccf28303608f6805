import { decode } from '@msgpack/msgpack';
import { GatehouseError } from '../error.ts';
import { readBounded } from './read-bounded.ts';
import { unzstd } from './unzstd.ts';

/**
 * What a `.msgpack.zst` holds. Throws `upstream.too-large` when it decodes to more than `cap` bytes and `upstream.body`
 * when it is not sound; `what` names it.
 */
export async function unpackMsgpack(bytes: Uint8Array, cap: number, what: string): Promise<unknown> {
  const decoded = await readBounded(unzstd(once(bytes), what), cap, what);
  try {
    return decode(decoded);
  } catch (cause) {
    throw new GatehouseError('upstream.body', `${what} is not sound msgpack`, { cause });
  }
}

/** Bytes in memory as a stream. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
