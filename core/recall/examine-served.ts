import { type GateVerdict, isPassing, readVerdict } from '../documents/gate/verdict.ts';
import type { Advice } from '../gate/advice.ts';
import type { AtTheDoor, Gate } from '../gate/gate.ts';
import { type Settled, settledNow } from '../gate/settle.ts';
import { readManifest } from '../index/manifest.ts';
import { readSegment } from '../index/segment-store.ts';
import { compareCodePoints } from '../json/json.ts';
import type { Sha256 } from '../names/digest.ts';
import { sectionOf } from '../outputs/entries/entry-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { readProjectState } from '../simple/project-state.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { knownAtTheDoor } from './known-at-the-door.ts';
import { type FileAt, type PackageAt, type ServedFile, unlessGone } from './served-file.ts';
import { type Fate, fateOf } from './turned-bad.ts';
import { type FilesOf, upstreamWord } from './upstream-word.ts';

export interface ExaminingWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly gate: Gate;
  /** The same that the gate goes by. */
  readonly advice: Advice;
  /** Where indexes are asked what they say of their files today. */
  readonly filesOf?: FilesOf;
}

/** What was found of one file that is served. */
export interface ExaminedFile {
  readonly file: ServedFile;
  readonly sha256: Sha256;
  readonly fate: Fate;
  readonly settled: Settled;
  /** Whether its bytes had no verdict before. */
  readonly isNew: boolean;
  /** Whether a release of some project is known that the file is or holds: without one no advisory can be found. */
  readonly isCovered: boolean;
  /** Whether it came from a channel or an index. */
  readonly isMirrored: boolean;
}

/**
 * Looks at a file that is served: by its verdict and today's data, or, where it has none, at its bytes.
 *
 * @returns null when the file went away meanwhile
 * @throws GatehouseError `store.*`; `json.invalid` when its verdict or control is damaged
 */
export async function examineServed(file: ServedFile, world: ExaminingWorld): Promise<ExaminedFile | null> {
  const { store } = world;
  const object = await store.get(file.head.key);
  return object && unlessGone(object, store, () => examineObject(file, object, world));
}

async function examineObject(file: ServedFile, object: StoredObject, world: ExaminingWorld): Promise<ExaminedFile> {
  const { store } = world;
  const digests = await storedDigests(object);
  const earlier = (await readVerdict(store, file.id, digests.sha256))?.value ?? null;
  const entered = await knownAtTheDoor(file, { bytes: object, digests }, { store, earlier });
  const known = world.filesOf ? { ...entered, ...(await upstreamWord(entered, world.filesOf)) } : entered;
  const looked = (await withoutBytes(known, earlier, world)) ?? (await judged(known, world));
  const fate = looked.fate === 'bad' && (await mayWait(file, { earlier, ...looked }, store)) ? 'flagged' : looked.fate;
  const isMirrored = known.source !== null;
  return { file, sha256: digests.sha256, isNew: earlier === null, isMirrored, ...looked, fate };
}

/**
 * What was never let in, and is held only, is nobody's: it was copied in by hand, and `index` tells of it and lists it once it
 * may. What an index lists has been installed.
 */
async function mayWait(
  file: ServedFile,
  { earlier, settled }: { readonly earlier: GateVerdict | null; readonly settled: Settled },
  store: Store,
): Promise<boolean> {
  const isNew = earlier === null || !isPassing(earlier);
  return isNew && settled.verdict !== 'reject' && !(await isListed(file, store));
}

type Looked = Pick<ExaminedFile, 'fate' | 'settled' | 'isCovered'>;

/**
 * By what is known already; null where the gate has to judge. What passed once, and of which today's data tell nothing bad but
 * do not let it pass either, keeps the verdict that it came in under; and without advisories nothing is recorded as passing.
 */
async function withoutBytes(
  known: AtTheDoor,
  earlier: GateVerdict | null,
  { gate, clock, advice }: ExaminingWorld,
): Promise<Looked | null> {
  const isBlind = advice.status === 'unreachable';
  const isCovered = known.projects.length > 0;
  if (earlier === null) return isBlind ? { fate: 'unjudged', settled: unknown, isCovered } : null;
  if (!isPassing(earlier)) return null;
  const settled = await gate.standingOf({ ...known, sha256: known.digests.sha256, isServed: true });
  const fate = fateOf(settled, earlier, { policy: gate.policy, now: clock.now() });
  const isDone = fate === 'flagged' || fate === 'unjudged' || (isBlind && fate === 'stays');
  return isDone ? { fate, settled, isCovered } : null;
}

const unknown: Settled = { verdict: 'error', waivers: [], telling: [] };

async function judged(known: AtTheDoor, { gate, clock }: ExaminingWorld): Promise<Looked> {
  const verdict = await gate.judge(known);
  const at = { policy: gate.policy, now: clock.now() };
  const settled = settledNow(verdict, at.policy, at.now);
  const isCovered = (verdict.facts?.projects ?? known.projects).length > 0;
  return { fate: fateOf(settled, null, at), settled, isCovered };
}

/**
 * Whether an index or a page lists a file, by the state that it is made from. Where that is lost or damaged it counts as listed:
 * an index may be there that does.
 */
async function isListed(file: PackageAt | FileAt, store: Store): Promise<boolean> {
  if (file.kind === 'package') return isPackageListed(file, store);
  const { state } = await readProjectState(store, file.project);
  return state === null || state.content.some(({ fileName }) => fileName === file.fileName);
}

async function isPackageListed({ channel, subdir, filename }: PackageAt, store: Store): Promise<boolean> {
  const place = { store, channel, subdir };
  const { manifest } = await readManifest(place);
  if (manifest === null) return true;
  const segment = manifest.sections[sectionOf(filename)].findLast(
    ({ first }) => compareCodePoints(first, filename) <= 0,
  );
  const entries = segment === undefined ? [] : await readSegment(place, segment);
  return entries.some((entry) => entry.filename === filename && entry.kind === 'listed');
}
