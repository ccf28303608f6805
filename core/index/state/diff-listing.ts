import type { Override } from '../../documents/control.ts';
import { type Section, sections } from '../../forms/form.ts';
import { listPackages } from '../../list-packages.ts';
import type { PackageFileName } from '../../package-file-name.ts';
import type { IndexRoot, StatePlace } from './index-root.ts';
import { lineCursor } from './line-cursor.ts';
import { isStale, type Look } from './look.ts';

export interface Diffing {
  /** What to compare with; null when there is nothing to believe. */
  readonly root: IndexRoot | null;
  readonly decisionOf: (filename: PackageFileName) => Override;
  /** Take every package for changed. */
  readonly rebuild: boolean;
}

/**
 * What a whole listing shows to differ from the state, and every problem, whose cause may be gone; within a section in
 * order of file name.
 */
export async function* diffListing(
  place: StatePlace,
  { root, decisionOf, rebuild }: Diffing,
): AsyncGenerator<Look, void, void> {
  const cursorOf = (section: Section) => lineCursor(place, root?.sections[section] ?? []);
  const cursors = { packages: cursorOf('packages'), 'packages.conda': cursorOf('packages.conda') };
  for await (const listed of listPackages(place.store, place.channel, place.subdir)) {
    const cursor = cursors[sectionOf(listed.filename)];
    yield* gone(cursor.skip(listed.filename));
    const line = await cursor.take(listed.filename);
    const look = { filename: listed.filename, listed, decision: decisionOf(listed.filename) };
    if (rebuild || isStale(line, look)) yield look;
    else if (line?.kind === 'problem') yield { ...look, problem: line };
  }
  for (const section of sections) yield* gone(cursors[section].skip());
}

async function* gone(filenames: AsyncIterable<PackageFileName>): AsyncGenerator<Look, void, void> {
  for await (const filename of filenames) yield { filename, listed: null, decision: {} };
}

/** The map of a repodata document that a package belongs in. */
export const sectionOf = (filename: PackageFileName): Section =>
  filename.endsWith('.conda') ? 'packages.conda' : 'packages';
