import type { Policy } from '../../documents/gate/policy.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { thisStore } from '../../documents/published/this-store.ts';
import type { SimpleFile } from '../../documents/simple/simple-plan.ts';
import type { GateCandidate } from '../../gate/check.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { PackageFileName } from '../../names/package-file-name.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { ProjectFile } from '../../python-index/project-file.ts';
import { type RepodataRecord, sameDigests } from '../../record/record.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { makeOnce } from '../../upstream/make-once.ts';
import { type Offered, type OnIndex, offeredFile, offeredForPip, offeredPackage } from './candidate-of.ts';
import { type Held, keepsOut, keptForLater } from './held.ts';
import { type CloseLookWorld, type Looked, lookAt, type PlanGate } from './look-at.ts';

/** What clients can get of the store now. */
export interface Served {
  packages(subdir: Subdir): Promise<ReadonlyMap<PackageFileName, RepodataRecord>>;
  /** The files of a project, by name, with the sha256 that the file of an index has. */
  files(project: ProjectName): Promise<ReadonlyMap<string, Sha256>>;
}

export interface StandingsWorld extends CloseLookWorld {
  readonly served: Served;
}

export interface LookedAt<T> extends Looked {
  readonly what: T;
  readonly id: string;
}

/**
 * How files stand at the gate, for one plan: each is asked for once, however many entries and platforms may choose it.
 */
export interface Standings {
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Those of a name's records that may be chosen so far. */
  packages(found: readonly UpstreamRecord[]): Promise<readonly UpstreamRecord[]>;
  /** Those of a project's files that may be chosen so far. */
  files(found: readonly ProjectFile[], page: OnIndex): Promise<readonly ProjectFile[]>;
  /** What was held so far of a name, and of a project. */
  heldPackages(name: string): readonly Held<UpstreamRecord>[];
  heldFiles(project: string): readonly Held<ProjectFile>[];
  /** Looks closely at what was chosen. Rejects as {@link lookAt}. */
  lookAtPackages(chosen: readonly UpstreamRecord[]): Promise<readonly LookedAt<UpstreamRecord>[]>;
  lookAtFiles(chosen: readonly SimpleFile[]): Promise<readonly LookedAt<SimpleFile>[]>;
}

/** Opens the standings of one plan: what is asked once is not asked again, so whoever plans anew opens them anew. */
export function openStandings(world: StandingsWorld): Standings {
  const { gate, served } = world;
  const packages = register<UpstreamRecord>();
  const files = register<ProjectFile>();
  const looked = new Map<string, Promise<Looked>>();
  const offered = {
    package: async (one: UpstreamRecord) => offeredPackage(one, await isServedPackage(one, served)),
    file: async (file: ProjectFile, page: OnIndex) => {
      const known = (await served.files(page.project)).get(file.fileName);
      return offeredFile(file, page, known !== undefined && known === file.sha256);
    },
    forPip: async (file: SimpleFile) => {
      const known = (await served.files(file.project)).get(file.fileName);
      return offeredForPip(file, known !== undefined && (file.sdist !== undefined || known === file.sha256));
    },
  };
  const look = async <T>(what: T, one: Offered): Promise<LookedAt<T>> => {
    const { id, sha256 } = one.candidate;
    const found = await makeOnce(looked, `${one.url} ${id} ${sha256}`, () => lookAt(one, world));
    return { what, id, ...found };
  };
  return {
    policy: gate.policy,
    now: () => world.clock.now(),
    packages: (found) => packages.passing(found, offered.package, gate),
    files: (found, page) => files.passing(found, (file) => offered.file(file, page), gate),
    heldPackages: packages.held,
    heldFiles: files.held,
    lookAtPackages: (chosen) =>
      sixteenAtATime(
        chosen.filter(({ channel }) => !channel.startsWith(thisStore)),
        async (one) => look(one, await offered.package(one)),
      ),
    lookAtFiles: (chosen) =>
      sixteenAtATime(
        chosen.filter(({ index }) => index !== thisStore),
        async (one) => look(one, await offered.forPip(one)),
      ),
  };
}

async function isServedPackage({ subdir, filename, record, unpatched, made }: UpstreamRecord, served: Served) {
  const known = (await served.packages(subdir)).get(filename);
  // The name of what is made tells of what: its build string is a hash of it.
  return known !== undefined && (made !== undefined || sameDigests(known, unpatched ?? record));
}

type Offer<T> = (one: T) => Promise<Offered | null>;

/** Remembers which files of a list may be chosen, and what keeps the others out. */
function register<T extends UpstreamRecord | ProjectFile>() {
  const known = new WeakMap<readonly T[], Promise<T[]>>();
  const held = new Map<string, Map<string, Held<T>>>();
  const keep = (one: Held<T>, { name, source }: GateCandidate) => {
    const ofName = held.get(name) ?? new Map<string, Held<T>>();
    held.set(name, ofName.set(`${source} ${one.id}`, one));
  };
  return {
    /** Upstream gives the same list for as long as a plan lives: it is asked for once. */
    passing(found: readonly T[], offer: Offer<T>, gate: PlanGate) {
      const asked = known.get(found) ?? passingOf(found, offer, { gate, keep });
      known.set(found, asked);
      return asked;
    },
    held: (name: string): Held<T>[] => [...(held.get(name)?.values() ?? [])],
  };
}

async function passingOf<T>(
  found: readonly T[],
  offer: Offer<T>,
  { gate, keep }: { readonly gate: PlanGate; readonly keep: (one: Held<T>, candidate: GateCandidate) => void },
): Promise<T[]> {
  const passing: T[] = [];
  for (const what of found) {
    const candidate = (await offer(what))?.candidate;
    // Its name says nothing of a release, and nobody chooses it.
    if (candidate === undefined) continue;
    const firing = await holdOf(candidate, gate);
    if (firing === null) passing.push(what);
    else keep({ what, firing, id: candidate.id, sha256: candidate.sha256 }, candidate);
  }
  return passing;
}

/** What keeps a candidate out, by all that is known without asking for it. */
async function holdOf(candidate: GateCandidate, gate: PlanGate): Promise<Firing | null> {
  const settled = await gate.standingOf(asIfOld(candidate));
  // A file of an index may be what a package that is here was made of.
  const { without, here } = gate;
  const excluding = { ...(without && { without }), ...(here && candidate.origin === 'upstream' && { here }) };
  return keepsOut(settled, candidate) ?? keptForLater(candidate, excluding);
}

/**
 * Only what is chosen is worth a request that asks since when it is public. Until then whatever no server has said it of may be
 * as old as can be, but for its builder's word.
 */
const asIfOld = (candidate: GateCandidate): GateCandidate => ({
  ...candidate,
  published: candidate.published ?? { at: 0, by: 'first-seen' },
});

/** So many requests hide a server's latency and are still polite to it. */
const maxConcurrentLooks = 16;

async function sixteenAtATime<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for (let at = 0; at < all.length; at += maxConcurrentLooks) {
    found.push(...(await Promise.all(all.slice(at, at + maxConcurrentLooks).map(look))));
  }
  return found;
}
