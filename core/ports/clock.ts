/** Time as an argument, so that runs can be repeated (`SOURCE_DATE_EPOCH`) and tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** A number from 0 up to but not including 1, for jitter. */
  random(): number;
}
