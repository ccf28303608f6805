import type { Meter } from './decode-budget.ts';

const slice = 256 * 1024;

/** Takes a block's bytes one at a time; one block is at most 46 MB (900 kB of runs of 259). */
export interface BzipOutput {
  writeByte(byte: number): void;
  /** The bytes since the last call. */
  take(): Uint8Array[];
}

/** The meter hears of every slice as it fills, so a bomb is stopped inside its block. */
export function bzipOutput(meter: Meter): BzipOutput {
  let full: Uint8Array[] = [];
  let current = new Uint8Array(slice);
  let used = 0;
  const close = () => {
    if (used === 0) return;
    meter(used);
    full.push(current.subarray(0, used));
    current = new Uint8Array(slice);
    used = 0;
  };
  return {
    writeByte(byte) {
      current[used++] = byte;
      if (used === slice) close();
    },
    take() {
      close();
      const slices = full;
      full = [];
      return slices;
    },
  };
}
