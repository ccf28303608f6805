import type { Finding } from '../archive/finding.ts';
import type { Reason, ReleaseFile } from '../releases/release-files.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { type WantedProject, wantedKey } from './project-places.ts';

/** A release of which packages could be made. */
export interface MadeRelease {
  readonly release: ReleaseFile;
  readonly records: readonly UpstreamRecord[];
  /** What only running the sdist's `setup.py` would add. */
  readonly leftOut: readonly Finding[];
  /** What its records need of the index. */
  readonly wants: readonly WantedProject[];
  /** Why there are no records. */
  readonly fault: Reason | null;
}

/** What each range that is wanted of a project comes to ({@link wantedKey}): releases, newest first, or why there are none. */
export type OfferedReleases = ReadonlyMap<string, readonly MadeRelease[] | Reason>;

/**
 * Why releases cannot be had: by themselves, or since all that would do for something they need cannot. Releases that need
 * each other in a ring stand or fall together.
 */
export function releaseFaults(offered: OfferedReleases): ReadonlyMap<MadeRelease, Reason> {
  const all = [...new Set([...offered.values()].flatMap((releases) => ('code' in releases ? [] : releases)))];
  const faults = new Map<MadeRelease, Reason>();
  const lackOf = (wanted: WantedProject): Reason | null => {
    const releases = offered.get(wantedKey(wanted)) ?? [];
    if ('code' in releases) return releases;
    const [newest] = releases;
    const isLacking = releases.every((release) => faults.has(release));
    return isLacking && newest !== undefined ? (faults.get(newest) ?? null) : null;
  };
  for (let before = -1; before < faults.size; ) {
    before = faults.size;
    for (const release of all) {
      if (faults.has(release)) continue;
      const fault = release.fault ?? lacking(release, lackOf);
      if (fault !== null) faults.set(release, fault);
    }
  }
  return faults;
}

function lacking({ wants }: MadeRelease, lackOf: (wanted: WantedProject) => Reason | null): Reason | null {
  for (const wanted of wants) {
    const reason = lackOf(wanted);
    const { project, specifier } = wanted;
    if (reason !== null) return { ...reason, detail: `it needs ${project}${specifier.text}, and: ${reason.detail}` };
  }
  return null;
}
