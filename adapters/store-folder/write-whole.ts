import { closeSync, fsync, openSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const flush = promisify(fsync);

/** Makes a new file of these bytes and has them on disk; what a failure leaves is the caller's to remove. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = openSync(path, 'wx');
  try {
    writeFileSync(descriptor, bytes);
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
