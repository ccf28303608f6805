import type { Version, VersionComponent, VersionSegment } from './parse-version.ts';

/**
 * Negative, zero or positive as `a` sorts before, with or after `b` (CEP 33): epoch, then release, then local part.
 * What one lacks counts as 0, so `1.1` and `1.1.0` are equal.
 */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch - b.epoch || compareLists(a.release, b.release) || compareLists(a.local, b.local);
}

/**
 * True when `version` lies below `prefix`: `1.2.3` and `1.2` below `1.2`, `1.20` and `1.2a` not. Segments are compared
 * whole, and missing ones count as 0.
 */
export function startsWith(version: Version, prefix: Version): boolean {
  return (
    version.epoch === prefix.epoch &&
    listStartsWith(version.release, prefix.release) &&
    listStartsWith(version.local, prefix.local)
  );
}

/** `~=`: at least `base`, and below it without its last segment. */
export function isCompatible(version: Version, base: Version): boolean {
  return compareVersions(version, base) >= 0 && startsWith(version, { ...base, release: base.release.slice(0, -1) });
}

const nothing: VersionSegment = [];

function compareLists(a: readonly VersionSegment[], b: readonly VersionSegment[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareSegments(a[i] ?? nothing, b[i] ?? nothing);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: VersionSegment, b: VersionSegment): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareComponents(a[i] ?? 0, b[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function compareComponents(a: VersionComponent, b: VersionComponent): number {
  if (a === b) return 0;
  if (typeof a === 'string') return typeof b === 'string' && a > b ? 1 : -1;
  return typeof b === 'string' || a > b ? 1 : -1;
}

function listStartsWith(list: readonly VersionSegment[], prefix: readonly VersionSegment[]): boolean {
  return prefix.every((segment, i) => compareSegments(list[i] ?? nothing, segment) === 0);
}
