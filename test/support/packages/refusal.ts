import { GatehouseError } from '../../../core/problems/error.ts';

/** The named code of a refusal, or null when the error is not one. */
export function refusalCode(error: unknown): string | null {
  if (!(error instanceof GatehouseError) || error.code !== 'package.refused') return null;
  return error.message.slice(0, error.message.indexOf(': '));
}

/** How reading ended: null when it was read, or the code it was refused with. Any other error is a test's failure. */
export async function refusalOf(reading: Promise<unknown>): Promise<string | null> {
  try {
    await reading;
    return null;
  } catch (error) {
    const code = refusalCode(error);
    if (code === null) throw error;
    return code;
  }
}

/** The bytes in slices of `size`, as a stream. */
export async function* inSlices(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A stream's bytes, joined. */
export async function joined(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
