import { refuse } from './finding.ts';
import type { ReadLimits } from './read-limits.ts';

/** Counts decoded bytes as they appear; throws once there are too many. */
export type Meter = (bytes: number) => void;

export interface DecodeBudget {
  /** A meter for one compressed stream of `compressed` bytes; all meters share the total. */
  meter(compressed: number): Meter;
  /** Bytes decoded so far. */
  spent(): number;
}

/**
 * Holds decoding to the limits while it runs, by real bytes and not by declared ones.
 *
 * A meter throws GatehouseError `package.refused` with `A13.total` or `A13.ratio`.
 */
export function startBudget(limits: ReadLimits): DecodeBudget {
  let total = 0;
  const meter = (compressed: number): Meter => {
    let decoded = 0;
    return (bytes) => {
      decoded += bytes;
      total += bytes;
      if (total > limits.totalBytes) refuse('A13.total', `more than ${limits.totalBytes} bytes unpacked`);
      if (decoded > limits.ratioFrom && decoded > compressed * limits.ratio) {
        refuse('A13.ratio', `${compressed} bytes unpack to more than ${decoded}, over ${limits.ratio} times as many`);
      }
    };
  };
  return { meter, spent: () => total };
}
