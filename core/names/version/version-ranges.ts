import { compareVersions, parseVersion, type Version } from './version.ts';

/** A stretch of the order of versions (CEP 33); null where it has no end. A list of them is in order, without overlaps. */
export interface VersionRange {
  readonly low: Bound | null;
  readonly high: Bound | null;
}

interface Bound {
  readonly version: Version;
  readonly included: boolean;
}

/** The range from `>=1` or `>1` to `<=2` or `<2`; an empty text is no bound. Null when one names no version. */
export function rangeBetween(low: string, high: string): VersionRange | null {
  const [lower, upper] = [boundOf(low), boundOf(high)];
  return lower === undefined || upper === undefined ? null : { low: lower, high: upper };
}

function boundOf(condition: string): Bound | null | undefined {
  if (condition === '') return null;
  const version = parseVersion(condition.replace(/^[<>]=?/, ''));
  return version === null ? undefined : { version, included: condition[1] === '=' };
}

/** What lies in one of these and in one of those. */
export function intersectRanges(some: readonly VersionRange[], others: readonly VersionRange[]): VersionRange[] {
  const both = some.flatMap((a) =>
    others.map((b) => ({ low: stricter(a.low, b.low, 1), high: stricter(a.high, b.high, -1) })),
  );
  return both.filter(holdsSome);
}

/** Of two bounds the one that leaves out more; `direction` is 1 for lower bounds, -1 for upper ones. */
function stricter(a: Bound | null, b: Bound | null, direction: 1 | -1): Bound | null {
  if (a === null || b === null) return a ?? b;
  const order = compareVersions(a.version, b.version) * direction || Number(b.included) - Number(a.included);
  return order >= 0 ? a : b;
}

function holdsSome({ low, high }: VersionRange): boolean {
  if (low === null || high === null) return true;
  const order = compareVersions(low.version, high.version);
  return order < 0 || (order === 0 && low.included && high.included);
}

/** Writes ranges as a version expression (CEP 29), without parentheses; `!=V` where two of them leave out V alone. */
export function rangesText(ranges: readonly VersionRange[]): string {
  const texts: string[] = [];
  let holes: string[] = [];
  let start = ranges[0]?.low ?? null;
  for (const [i, { high }] of ranges.entries()) {
    const next = ranges[i + 1];
    if (high && next?.low && compareVersions(high.version, next.low.version) === 0) {
      holes.push(`!=${high.version.text}`);
    } else {
      texts.push(rangeText({ low: start, high }, holes));
      holes = [];
      start = next?.low ?? null;
    }
  }
  return texts.join('|');
}

function rangeText({ low, high }: VersionRange, holes: readonly string[]): string {
  if (low && high && compareVersions(low.version, high.version) === 0) return `==${low.version.text}`;
  const lower = low ? [`>${low.included ? '=' : ''}${low.version.text}`] : [];
  const upper = high ? [`<${high.included ? '=' : ''}${high.version.text}`] : [];
  return [...lower, ...upper, ...holes].join(',') || '*';
}
