import type { Override } from '../documents/control.ts';
import { compareCodePoints } from '../json/json.ts';
import { type ObjectKey, packageKey } from '../layout/keys.ts';
import { type PackageFileName, parsePackageFileName } from '../names/package-file-name.ts';
import { type Section, sectionOf, sections } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { type ListedPackage, listPackages } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { PackageCheck } from './check-package.ts';
import { overrideTag } from './index-package.ts';
import type { Manifest, Segment, StatePlace } from './manifest.ts';
import { readSegment } from './segment-store.ts';

/** What the packages of a subdir are compared with. */
export interface Compared {
  /** Null when there is no state, or none to trust. */
  readonly manifest: Manifest | null;
  /** What control says of a package; empty when it says nothing. */
  readonly overrideOf: (filename: PackageFileName) => Override;
}

/**
 * The packages that a whole listing shows to differ from the state, and every problem, whose cause may be gone. Within a
 * section in order of file name; memory holds a few segments of each section.
 *
 * @param rebuild takes every package for changed
 */
export async function* changedInListing(
  place: StatePlace,
  { manifest, overrideOf }: Compared,
  rebuild: boolean,
): AsyncGenerator<PackageCheck, void, void> {
  const cursorOf = (section: Section) => entryCursor(place, manifest?.sections[section] ?? []);
  const cursors = { packages: cursorOf('packages'), 'packages.conda': cursorOf('packages.conda') };
  for await (const listed of listPackages(place.store, place.channel, place.subdir)) {
    const { filename } = listed;
    const cursor = cursors[sectionOf(filename)];
    yield* gone(cursor.skip(filename));
    const entry = await cursor.take(filename);
    const check = { filename, listed, override: overrideOf(filename) };
    if (rebuild || isStale(entry, check)) yield check;
    else if (entry?.kind === 'problem') yield { ...check, problem: entry };
  }
  for (const section of sections) yield* gone(cursors[section].skip());
}

async function* gone(filenames: AsyncIterable<PackageFileName>): AsyncGenerator<PackageCheck, void, void> {
  for await (const filename of filenames) yield { filename, listed: null, override: {} };
}

/** Whether an entry no longer says what the store shows: another ETag or size, another override, no bytes. */
function isStale(entry: IndexEntry | null, { listed, override }: PackageCheck): boolean {
  if (entry === null || listed === null) return (entry === null) !== (listed === null);
  if (entry.etag !== listed.etag || entry.size !== listed.size) return true;
  return entry.override !== overrideTag(override);
}

/** Segments of a section read ahead of a listing: a page of it takes as long as reading some two of them. */
const maxSegmentsAhead = 4;

/** A walk over a section's entries beside another list in the same order. */
function entryCursor(place: StatePlace, segments: readonly Segment[]) {
  const batches = mapInOrder(segments, maxSegmentsAhead, (segment) => readSegment(place, segment));
  let entries: readonly IndexEntry[] = [];
  let at = 0;
  const peek = async (): Promise<IndexEntry | null> => {
    for (; entries[at] === undefined; at = 0) {
      const batch = await batches.next();
      if (batch.done === true) return null;
      entries = batch.value;
    }
    return entries[at] ?? null;
  };
  return {
    /** Steps over the entries before `end`, all there are without it, and gives their names. */
    async *skip(end?: PackageFileName): AsyncGenerator<PackageFileName, void, void> {
      const isBefore = (name: PackageFileName) => end === undefined || compareCodePoints(name, end) < 0;
      for (let entry = await peek(); entry !== null && isBefore(entry.filename); entry = await peek()) {
        at += 1;
        yield entry.filename;
      }
    },
    /** Steps over the entry with this name, if it is next. */
    async take(filename: PackageFileName): Promise<IndexEntry | null> {
      const entry = await peek();
      if (entry?.filename !== filename) return null;
      at += 1;
      return entry;
    },
  };
}

/** Reads at once: enough that a bucket's latency hides. */
const maxReads = 16;

/** Which of some packages the store shows to differ from the state; in order of file name. */
export async function* changedAmong(
  filenames: Iterable<PackageFileName>,
  place: StatePlace,
  { manifest, overrideOf }: Compared & { readonly manifest: Manifest },
): AsyncGenerator<PackageCheck, void, void> {
  const entryOf = entryReader(place, manifest);
  const inOrder = [...new Set(filenames)].sort(compareCodePoints);
  const compared = mapInOrder(inOrder, maxReads, async (filename) => {
    const [listed, entry] = await Promise.all([lookUp(place, filename), entryOf(filename)]);
    return { entry, check: { filename, listed, override: overrideOf(filename) } };
  });
  for await (const { entry, check } of compared) if (isStale(entry, check)) yield check;
}

/** A package as a listing has it, without a way to read it: a check is handed to other threads. */
async function lookUp(
  { store, channel, subdir }: StatePlace,
  filename: PackageFileName,
): Promise<ListedPackage | null> {
  const object = await store.get(packageKey(channel, subdir, filename));
  if (object === null) return null;
  const { key, etag, size, modified } = object;
  return { key, etag, size, modified, subdir, filename };
}

/** Looks entries up by name; keeps the last segment of each section, since names are asked for in order. */
function entryReader(place: StatePlace, manifest: Manifest): (filename: PackageFileName) => Promise<IndexEntry | null> {
  const kept = new Map<Section, { segment: Segment; entries: Promise<ReadonlyMap<string, IndexEntry>> }>();
  return async (filename) => {
    const section = sectionOf(filename);
    const segments = manifest.sections[section];
    // The one that the file name falls into, or would.
    const after = segments.findIndex(({ first }) => compareCodePoints(first, filename) > 0);
    const segment = after === -1 ? segments.at(-1) : segments[Math.max(0, after - 1)];
    if (segment === undefined) return null;
    const known = kept.get(section);
    const entries = known?.segment === segment ? known.entries : entriesByName(place, segment);
    kept.set(section, { segment, entries });
    return (await entries).get(filename) ?? null;
  };
}

async function entriesByName(place: StatePlace, segment: Segment): Promise<ReadonlyMap<string, IndexEntry>> {
  return new Map((await readSegment(place, segment)).map((entry) => [entry.filename, entry]));
}

/** The packages whose entries were made under another override than control's of now. */
export async function* overridesChanged(
  place: StatePlace,
  { manifest, overrideOf }: Compared & { readonly manifest: Manifest },
): AsyncGenerator<PackageFileName, void, void> {
  for (const section of sections) {
    const read = mapInOrder(manifest.sections[section], maxReads, (segment) => readSegment(place, segment));
    for await (const entries of read) {
      for (const { filename, override } of entries) {
        if (override !== overrideTag(overrideOf(filename))) yield filename;
      }
    }
  }
}

/** The packages of one subdir that keys name; what names no package of it is passed over. */
export function packagesAt({ channel, subdir }: StatePlace, keys: readonly ObjectKey[]): PackageFileName[] {
  const prefix = `${channel}/${subdir}/`;
  return keys.flatMap((key) => {
    const filename = key.startsWith(prefix) ? parsePackageFileName(key.slice(prefix.length)) : null;
    return filename === null ? [] : [filename];
  });
}
