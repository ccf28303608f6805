import { isDeepStrictEqual } from 'node:util';

/** The cases, at most ten, on which two came to different answers; comparing whole lists would take minutes to show. */
export function disagreements(
  cases: readonly unknown[],
  mine: readonly unknown[],
  theirs: readonly unknown[],
): unknown[] {
  const all = cases.map((about, i) => ({ about, mine: mine[i], theirs: theirs[i] }));
  return all.filter((one) => !isDeepStrictEqual(one.mine, one.theirs)).slice(0, 10);
}
