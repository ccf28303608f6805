import { Buffer } from 'node:buffer';
import { GatehouseError } from '../error.ts';

/** The same bytes, until they are more than `cap`; `what` names them in the error, `upstream.too-large`. */
export async function* capped(body: AsyncIterable<Uint8Array>, cap: number, what: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > cap) throw new GatehouseError('upstream.too-large', `${what} is larger than ${cap} bytes`);
    yield bytes;
  }
}

/** A whole body in memory, at most `cap` bytes of it; stops the transfer and throws `upstream.too-large` beyond. */
export async function readBounded(body: AsyncIterable<Uint8Array>, cap: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of capped(body, cap, what)) parts.push(bytes);
  return Buffer.concat(parts);
}
