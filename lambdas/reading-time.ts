import type { AtTheDoor } from '../core/gate/gate.ts';

/**
 * Bytes of a file that the gate reads in a second of one processor at the least (bench/README.md, "The gate in a function"):
 * bzip2 is decoded in JavaScript.
 */
const bytesPerSecond = { '.tar.bz2': 1_000_000, other: 8_000_000 } as const;

/** Left of the function's time to write down what was found. */
const reserveMs = 30_000;

/**
 * Says why a function has no time left to read a file, by the file's size; null when it has. A file that takes longer than the
 * function may run would be begun, cut off and begun again until it is a dead letter.
 *
 * @param remaining milliseconds left of the function's time
 */
export const lacksTime =
  (remaining: () => number) =>
  ({ id, digests: { size } }: Pick<AtTheDoor, 'id' | 'digests'>): string | null => {
    const seconds = size / bytesPerSecond[id.endsWith('.tar.bz2') ? '.tar.bz2' : 'other'];
    const left = (remaining() - reserveMs) / 1000;
    if (seconds <= left) return null;
    return `to read its ${size} bytes may take ${Math.ceil(seconds)} seconds, of which this function has ${Math.max(0, Math.floor(left))}`;
  };
