import type { Meter } from './decode-budget.ts';

const slice = 256 * 1024;
/** Most packages that are read for their metadata fit; what is allocated and thrown away is what the collector minds. */
const firstSlice = 32 * 1024;

/** Takes a block's bytes one at a time; one block is at most 46 MB (900 kB of runs of 259). */
export interface BzipOutput {
  writeByte(byte: number): void;
  /** The bytes since the last call. */
  take(): Uint8Array[];
}

/** The meter hears of every slice as it fills, so a bomb is stopped inside its block. */
export function bzipOutput(meter: Meter): BzipOutput {
  let full: Uint8Array[] = [];
  let current: Uint8Array = new Uint8Array(firstSlice);
  let used = 0;
  const close = () => {
    if (used === 0) return;
    meter(used);
    full.push(current.subarray(0, used));
    current = new Uint8Array(used === current.length ? slice : current.length);
    used = 0;
  };
  return {
    writeByte(byte) {
      current[used++] = byte;
      if (used === current.length) close();
    },
    take() {
      close();
      const slices = full;
      full = [];
      return slices;
    },
  };
}
