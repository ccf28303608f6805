import { read } from 'node:fs';
import { promisify } from 'node:util';
import { GatehouseError } from '../../core/error.ts';

const readSome = promisify(read);

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The bytes from `start` up to `end` of a file of `size` bytes; a short answer of the system is asked again. */
export async function readFully(descriptor: number, { start, end }: Range, size: number): Promise<Uint8Array> {
  if (start < 0 || start > end || end > size) throw new RangeError(`no bytes ${start}-${end} of ${size}`);
  const bytes = Buffer.allocUnsafe(end - start);
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await readSome(descriptor, bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new GatehouseError('store.conflict', 'a file shrank while it was read', { retry: true });
    filled += bytesRead;
  }
  return bytes;
}
