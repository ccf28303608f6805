import { type Pep440Version, pep440Version } from './pep440-version.ts';

/** The same text for all spellings of a version (PEP 440): `1.0`, `1.0.0` and `v1` are one. */
export function versionIdentity(version: Pep440Version): string {
  const last = version.release.findLastIndex((number) => number !== 0n);
  return pep440Version({ ...version, release: version.release.slice(0, Math.max(last, 0) + 1) }).text;
}
