import type { AtTheDoor } from '../core/gate/gate.ts';
import { GatehouseError } from '../core/problems/error.ts';

/** Bytes of a file that the gate reads in a second of one processor at the least (docs/operations.md): bzip2 is decoded in JavaScript. */
const bytesPerSecond = { '.tar.bz2': 1_000_000, other: 8_000_000 } as const;

/** Left of the function's time to write down what was found. */
const reserveMs = 30_000;

const secondsLeft = (ms: number): number => Math.max(0, Math.floor((ms - reserveMs) / 1000));

/**
 * Says why a function has no time to read a file, by the file's size; null when it has. A file that takes longer than the
 * function may run would be begun, cut off and begun again until it is a dead letter.
 *
 * @param remaining milliseconds left of the function's time
 * @param next milliseconds that the next invocation has, where it may do what this one has no time left for
 * @throws GatehouseError `store.busy` (retry), from what it returns, of what waits for the next invocation
 */
export const lacksTime =
  (remaining: () => number, next = 0) =>
  ({ id, digests: { size } }: Pick<AtTheDoor, 'id' | 'digests'>): string | null => {
    const seconds = Math.ceil(size / bytesPerSecond[id.endsWith('.tar.bz2') ? '.tar.bz2' : 'other']);
    const left = secondsLeft(remaining());
    if (seconds <= left) return null;
    const detail = `to read its ${size} bytes may take ${seconds} seconds, of which this function has ${left}`;
    if (seconds > secondsLeft(next)) return detail;
    throw new GatehouseError('store.busy', `${id}: ${detail}; the next invocation has more`, { retry: true });
  };
