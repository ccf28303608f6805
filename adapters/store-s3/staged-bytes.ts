import { type ByteSource, bytesSource } from '../../core/byte-source.ts';
import { GatehouseError } from '../../core/error.ts';
import { openScratchFile, type ScratchFile } from './scratch-file.ts';

/** Most packages are smaller; 8 MiB for each that is on its way is little. */
const mostInMemory = 8 * 1024 * 1024;

export interface StagedBytes extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  source(): Promise<ByteSource>;
}

/**
 * Bytes on their way in: few in memory, more in a scratch file.
 *
 * @param most bytes in all; a write beyond is GatehouseError `store.too-large`
 */
export function stagedBytes(most: number): StagedBytes {
  let size = 0;
  let slices: Uint8Array[] = [];
  let file: ScratchFile | null = null;
  return {
    async write(bytes) {
      size += bytes.length;
      if (size > most) throw tooLarge(most);
      if (file === null && size <= mostInMemory) {
        slices.push(bytes.slice());
        return;
      }
      file ??= await openScratchFile();
      for (const slice of slices.splice(0)) await file.append(slice);
      await file.append(bytes);
    },
    async source() {
      if (file !== null) return file.source();
      const joined = Buffer.concat(slices);
      slices = [joined];
      return bytesSource(joined);
    },
    [Symbol.asyncDispose]: async () => file?.[Symbol.asyncDispose](),
  };
}

function tooLarge(most: number): GatehouseError {
  const hint = 'give this machine or function more scratch space';
  return new GatehouseError('store.too-large', `more than the ${most} bytes there is scratch space for`, { hint });
}
