import { canonicalJson, compareCodePoints } from '../json/json.ts';
import { indexKey } from '../layout/keys.ts';
import { type Section, sectionOf } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { subdirOutputs } from '../outputs/outputs.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { EntryChange } from './check-package.ts';
import { type Manifest, type Segment, type StatePlace, writeManifest } from './manifest.ts';
import { generationOf } from './put-if-newer.ts';
import { readSegment, writeSegment } from './segment-store.ts';

/** A manifest and the ETag to replace it under; the manifest is null when there is none that can be read. */
export interface State {
  readonly manifest: Manifest | null;
  readonly etag: string | null;
  /** False when its segments are not to be read: then only its generation counts. */
  readonly trusted: boolean;
}

interface Commit {
  readonly changes: readonly EntryChange[];
  /** The control's ETag, once all it changes is taken up; before that, the manifest keeps the one it had. */
  readonly control?: string | null;
}

/** Splices changes into a state's segments and replaces its manifest, if that is another manifest then. */
export async function commitEntries(
  place: StatePlace,
  state: State,
  commit: Commit,
): Promise<{ status: 'conflict' } | { status: 'written' | 'unchanged'; manifest: Manifest; etag: string | null }> {
  const before = state.trusted ? state.manifest : null;
  const next = await nextManifest(place, before, { ...commit, state });
  if (before !== null && canonicalJson(next) === canonicalJson(before)) {
    return { status: 'unchanged', manifest: before, etag: state.etag };
  }
  const manifest = { ...next, revision: next.revision + 1 };
  const outcome = await writeManifest(place, manifest, state.etag);
  return outcome.status === 'conflict' ? outcome : { status: 'written', manifest, etag: outcome.etag };
}

async function nextManifest(
  place: StatePlace,
  before: Manifest | null,
  { changes, control, state }: Commit & { readonly state: State },
): Promise<Manifest> {
  const splice = (section: Section) => {
    const own = changes.filter(({ filename }) => sectionOf(filename) === section);
    own.sort((a, b) => compareCodePoints(a.filename, b.filename));
    return spliceSection(place, before?.sections[section] ?? [], own);
  };
  const [packages, conda] = await Promise.all([splice('packages'), splice('packages.conda')]);
  const sections = { packages: [...packages.segments], 'packages.conda': [...conda.segments] };
  if (before === null) return { ...(await firstManifest(place, state)), ...progress(null, control), sections };
  const generation = before.generation + (packages.shown || conda.shown ? 1 : 0);
  return { version: 1, revision: before.revision, generation, ...progress(before, control), sections };
}

/**
 * A state that was lost goes on above the highest generation that was ever served: an index file is replaced by a higher
 * one only.
 */
async function firstManifest({ store, channel, subdir }: StatePlace, { manifest }: State) {
  const served = await Promise.all(subdirOutputs.map(({ file }) => store.get(indexKey(channel, subdir, file))));
  const generation = Math.max(manifest?.generation ?? 0, ...served.map((object) => generationOf(object?.metadata)));
  return { version: 1, revision: manifest?.revision ?? 0, generation: generation + 1 } as const;
}

function progress(before: Manifest | null, control: string | null | undefined): Pick<Manifest, 'control' | 'partial'> {
  if (control !== undefined) return { control };
  const partial = before === null || before.partial === true;
  return { control: before?.control ?? null, ...(partial && { partial }) };
}

interface Spliced {
  readonly segments: readonly Segment[];
  readonly shown: boolean;
}

/** Segments read and written at once: enough that a bucket's latency hides. */
const maxSegmentsAtOnce = 8;

/**
 * A section's segments with changes applied. Only segments that a change falls into are read and written.
 *
 * @param changes in order of file name, each name once
 * @returns `shown`: whether the index files show a difference
 */
export async function spliceSection(
  place: StatePlace,
  segments: readonly Segment[],
  changes: readonly EntryChange[],
): Promise<Spliced> {
  const next: Segment[] = [];
  let shown = false;
  const spliced = mapInOrder(shares(segments, changes), maxSegmentsAtOnce, (share) => spliceSegment(place, share));
  for await (const part of spliced) {
    next.push(...part.segments);
    shown ||= part.shown;
  }
  return { segments: next, shown };
}

async function spliceSegment(place: StatePlace, { segment, own }: Share): Promise<Spliced> {
  if (own.length === 0) return { segments: segment === null ? [] : [segment], shown: false };
  const merged = mergeEntries(segment === null ? [] : await readSegment(place, segment), own);
  const segments = await Promise.all(splitEntries(merged.entries).map((piece) => writeSegment(place, piece)));
  return { segments, shown: merged.shown };
}

interface Share {
  readonly segment: Segment | null;
  readonly own: readonly EntryChange[];
}

/**
 * Which changes fall into which segment: those before the first one's name into the first. Without any segment all fall
 * into one that is null.
 */
function shares(segments: readonly Segment[], changes: readonly EntryChange[]): Share[] {
  let rest = changes;
  return (segments.length > 0 ? segments : [null]).map((segment, at) => {
    const end = segments[at + 1]?.first;
    const behind = rest.findIndex(({ filename }) => end !== undefined && compareCodePoints(filename, end) >= 0);
    const own = behind === -1 ? rest : rest.slice(0, behind);
    rest = rest.slice(own.length);
    return { segment, own };
  });
}

/** Entries with changes applied, in order of file name. `shown`: whether the index files show a difference. */
export function mergeEntries(
  entries: readonly IndexEntry[],
  changes: readonly EntryChange[],
): { readonly entries: readonly IndexEntry[]; readonly shown: boolean } {
  const merged = new Map(entries.map((entry) => [entry.filename, entry]));
  let shown = false;
  for (const { filename, entry } of changes) {
    shown ||= showsChange(merged.get(filename) ?? null, entry);
    if (entry === null) merged.delete(filename);
    else merged.set(filename, entry);
  }
  return { entries: [...merged.values()].sort((a, b) => compareCodePoints(a.filename, b.filename)), shown };
}

/** Whether an index file can tell the two apart. ETags, sizes and problems are shown by none. */
export function showsChange(before: IndexEntry | null, after: IndexEntry | null): boolean {
  const [was, is] = [shownKind(before), shownKind(after)];
  if (was !== is || before === null || after === null) return was !== is;
  if (is === null) return false;
  const parts = ['record', 'runExports', 'facts'] as const;
  return parts.some((part) => !Buffer.from(before[part]).equals(after[part]));
}

const shownKind = (entry: IndexEntry | null): IndexEntry['kind'] | null =>
  entry === null || entry.kind === 'problem' ? null : entry.kind;

const maxSegmentEntries = 2000;
const splitSegmentEntries = 1000;

/** Entries cut into segments: one unless there are more than 2,000, then as many as make about 1,000 each. */
export function splitEntries(entries: readonly IndexEntry[]): IndexEntry[][] {
  if (entries.length === 0) return [];
  const pieces = entries.length > maxSegmentEntries ? Math.ceil(entries.length / splitSegmentEntries) : 1;
  const bound = (piece: number) => Math.round((piece * entries.length) / pieces);
  return Array.from({ length: pieces }, (_, i) => entries.slice(bound(i), bound(i + 1)));
}
