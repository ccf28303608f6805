import type { Pep440Parts } from './pep440-version.ts';

/**
 * Compares two versions: negative, zero or positive as `a` sorts before, with or after `b` (PEP 440, "Summary of
 * permitted suffixes and relative ordering"). `1.0` and `1.0.0` are equal.
 */
export function comparePep440(a: Pep440Parts, b: Pep440Parts): number {
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    comparePhases(a, b) ||
    compareLocals(a.local, b.local)
  );
}

const compareNumbers = (a: bigint, b: bigint): number => Number(a > b) - Number(a < b);

function compareReleases(a: readonly bigint[], b: readonly bigint[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareNumbers(a[i] ?? 0n, b[i] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** What stands before the final release, by its rank in it; a development release of the final one comes first. */
const preRanks = { dev: -1n, a: 0n, b: 1n, rc: 2n, final: 3n };

function comparePhases(a: Pep440Parts, b: Pep440Parts): number {
  const [left, right] = [phaseOf(a), phaseOf(b)];
  for (const [i, number] of left.entries()) {
    const order = compareNumbers(number, right[i] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** Pre-release, then post-release (none before any), then development release (any before none). */
function phaseOf({ pre, post, dev }: Pep440Parts): bigint[] {
  const bare = post === null && dev !== null ? preRanks.dev : preRanks.final;
  const [rank, number] = pre === null ? [bare, 0n] : [preRanks[pre.letter], pre.number];
  return [rank, number, post ?? -1n, dev === null ? 1n : 0n, dev ?? 0n];
}

/** Words before numbers, and of two with one start the shorter first. */
function compareLocals(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    const order = other === undefined ? 1 : compareLocalParts(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareLocalParts(a: string, b: string): number {
  const [number, other] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (number !== other) return number ? 1 : -1;
  return number ? compareNumbers(BigInt(a), BigInt(b)) : Number(a > b) - Number(a < b);
}
