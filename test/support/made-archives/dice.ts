import { seededRandom } from '../random.ts';

/** Chance from a seed, in the forms in which makers of archives want it. */
export interface Dice {
  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  chance(probability: number): boolean;
  bytes(length: number): Buffer;
}

export function dice(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    pick: (from) => from[below(from.length)] ?? from[0],
    chance: (probability) => random() < probability,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
