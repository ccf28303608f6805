import type { MadeRequest } from '../releases/made-record.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import type { Reason } from '../releases/release-files.ts';
import { makeOnce } from '../upstream/make-once.ts';
import { type DependenciesOf, dependencyWorld } from './made-dependencies.ts';
import { type ReleaseWorld, releaseRecords } from './made-release.ts';
import { projectCandidates, type ReadCandidate } from './project-candidates.ts';
import { type WantedProject, wantedKey } from './project-places.ts';
import { type MadeRelease, type OfferedReleases, releaseFaults } from './surviving-releases.ts';

export interface ClosureOf extends Omit<DependenciesOf, 'candidates'>, Pick<ReleaseWorld, 'platforms' | 'known'> {
  /** URLs of the indexes, in order. */
  readonly urls: readonly string[];
  readonly indexes: PythonIndexes;
}

export interface MadeClosure {
  /** Releases of the entry's own project, newest first, at least one. */
  readonly own: readonly MadeRelease[];
  /** All that can be had of other projects, and for which ranges they were looked at. */
  readonly others: readonly MadeRelease[];
  readonly wanted: readonly WantedProject[];
}

/** More projects than any entry was seen to bring from an index alone; each costs some 20 requests. */
const maxProjects = 200;

/**
 * Works out which packages could be made for an entry: of its own project, and of each that a release needs and no channel
 * has, as far as that goes. Of each project the newest releases in each of the ranges that are asked for. A release that
 * needs what cannot be had is out, and so is who needs it alone.
 *
 * @returns why there are none, where the project has no release that the entry asks for
 * @throws GatehouseError `upstream.*` and others when an index or channel cannot be read
 */
export async function madeClosure(of: ClosureOf): Promise<MadeClosure | Reason> {
  const { root, urls, indexes } = of;
  const candidates = projectCandidates({ urls, indexes, unpack: root.unpack });
  const make = releaseMaker({ ...of, candidates });
  const offered = new Map<string, readonly MadeRelease[] | Reason>();
  const projects = new Set<string>();
  const queue: WantedProject[] = [root];
  for (const wanted of queue) {
    if (offered.has(wantedKey(wanted))) continue;
    if (projects.add(wanted.project).size > maxProjects) return tooMany;
    const chosen = await candidates(wanted);
    const releases = 'code' in chosen ? chosen : await make(chosen, wanted);
    offered.set(wantedKey(wanted), releases);
    if (!('code' in releases)) queue.push(...releases.flatMap(({ wants }) => wants));
  }
  return closureOf(root, queue, offered);
}

const tooMany: Reason = {
  code: 'pypi.dependency',
  detail: `more than ${maxProjects} projects would come from the index for it`,
  hint: 'add a channel that has them',
};

/** Makes each release once, in whichever ranges it lies. */
function releaseMaker(of: ClosureOf & DependenciesOf) {
  const made = new Map<string, Promise<MadeRelease>>();
  return async (chosen: readonly ReadCandidate[], wanted: WantedProject): Promise<MadeRelease[]> => {
    const releases: MadeRelease[] = [];
    for (const candidate of chosen) {
      const id = `${wanted.name} ${candidate.release.file.fileName}`;
      releases.push(await makeOnce(made, id, () => makeRelease(candidate, wanted, of)));
    }
    return releases;
  };
}

async function makeRelease(
  { release, index, read }: ReadCandidate,
  wanted: WantedProject,
  of: ClosureOf & DependenciesOf,
): Promise<MadeRelease> {
  const nothing = { release, records: [], leftOut: [], wants: [] };
  if ('code' in read) return { ...nothing, fault: read };
  const { root, platforms, known } = of;
  const made: MadeRequest = wanted.project === root.project ? root : { ...root, ...wanted, depends: [] };
  const wants = new Map<string, WantedProject>();
  const dependencies = dependencyWorld(of, wants);
  const records = await releaseRecords(release, read, { made, platforms, index, known, dependencies });
  if ('code' in records) return { ...nothing, fault: records };
  // Of what was asked of the index, extras of other releases among it, only what the records came to say.
  const said = new Set(records.flatMap(({ record }) => record.depends));
  const own = [...wants].flatMap(([spec, project]) => (said.has(spec) ? [project] : []));
  return { release, records, leftOut: read.leftOut, wants: own, fault: null };
}

function closureOf(
  root: MadeRequest,
  wanted: readonly WantedProject[],
  offered: OfferedReleases,
): MadeClosure | Reason {
  const faults = releaseFaults(offered);
  const own = offered.get(wantedKey(root)) ?? [];
  if ('code' in own) return own;
  const all = new Set([...offered.values()].flatMap((releases) => ('code' in releases ? [] : releases)));
  const others = [...all].filter((release) => !own.includes(release) && !faults.has(release));
  const judged = own.map((release) => ({ ...release, fault: faults.get(release) ?? null }));
  return { own: judged, others, wanted: wanted.slice(1) };
}
