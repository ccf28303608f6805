import type { Clock } from '../ports/clock.ts';

const longestMs = 5000;

/** Waits before another try: anywhere up to 100 ms, twice that at each attempt, so that rivals come apart. */
export const backOff = (clock: Clock, attempt: number): Promise<void> =>
  clock.sleep(clock.random() * Math.min(longestMs, 100 * 2 ** attempt));
