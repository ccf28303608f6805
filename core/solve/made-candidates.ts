import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, tellingOf } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { dependencySets } from '../releases/dependency-sets.ts';
import { firstPage } from '../releases/first-page.ts';
import type { MadeRequest } from '../releases/made-record.ts';
import { madeRecord } from '../releases/made-record.ts';
import { pythonBounds } from '../releases/python-bounds.ts';
import type { PythonIndexes, ReleaseMetadata } from '../releases/python-indexes.ts';
import { chooseReleaseFiles, type Reason, type ReleaseFile } from '../releases/release-files.ts';
import { splitDepends } from '../releases/split-depends.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { type CondaNames, condaNames } from './conda-names.ts';
import type { RequestMade } from './requests.ts';
import type { OpenSubdir } from './upstream-subdirs.ts';

export interface MadeWorld {
  readonly pythonIndexes: PythonIndexes;
  /** The conda channels, which have the dependencies. */
  readonly openSubdir: OpenSubdir;
}

/** The packages that could be made for an entry, or why there are none. */
export type MadeCandidates =
  | { readonly ok: true; readonly records: readonly UpstreamRecord[]; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Works out which packages could be made for a PyPI entry: of each of the newest releases, one for each distinct set of
 * dependencies over its platforms and all pythons, and so the same ones wherever the work is cut. The first index that
 * has the project serves it. A release that cannot be had is a warning while another one can.
 *
 * @throws GatehouseError `upstream.*` and others when an index or channel cannot be read, which says nothing of the entry
 */
export async function madeCandidates(
  request: RequestMade,
  allowlist: Allowlist,
  { pythonIndexes: indexes, openSubdir }: MadeWorld,
): Promise<MadeCandidates> {
  const { id, made } = request;
  const page = await firstPage(allowlist.indexes, made.project, indexes);
  if (page === null) return { ok: false, problem: { ...missing(made, allowlist.indexes), subject: id } };
  const chosen = chooseReleaseFiles(page.files, made);
  if ('code' in chosen) return { ok: false, problem: { ...chosen, subject: id } };
  const channels = condaNames(allowlist, openSubdir);
  const world = { ...channels, request, allowlist, index: page.index, indexes, known: await channels.pythons() };
  const records: UpstreamRecord[] = [];
  const warnings: Problem[] = (await channels.isTaken(made.name, made.project)) ? [nameTaken(request)] : [];
  const refused: Problem[] = [];
  for (const release of chosen) {
    const own = await releaseRecords(release, world);
    if ('code' in own) refused.push({ ...own, subject: id, detail: `${release.file.fileName}: ${own.detail}` });
    else {
      records.push(...own.records);
      warnings.push(...own.leftOut.map((finding) => ({ ...finding, subject: release.file.fileName })));
    }
  }
  const [newest] = refused;
  if (records.length === 0 && newest !== undefined) return { ok: false, problem: newest };
  return { ok: true, records, warnings: [...warnings, ...refused] };
}

function missing({ project }: MadeRequest, indexes: readonly string[]): Reason {
  const detail = `there is no project ${project} at ${indexes.map(shownUrl).join(' or ')}`;
  return { code: 'pypi.missing', detail, hint: 'mend its name, or name the index that has it in "indexes"' };
}

function nameTaken({ id, made: { name, project } }: RequestMade): Problem {
  const detail = `a channel has a package ${name}, and nothing says that it is this project; clients see both`;
  const hint = `add "condaNames": { "${project}": "${name}" } to the allowlist if it is, another name if it is not`;
  return { code: 'pypi.name-taken', subject: id, detail, hint };
}

interface ReleaseWorld extends CondaNames {
  readonly request: RequestMade;
  readonly allowlist: Allowlist;
  /** The index that the release is of. */
  readonly index: string;
  readonly indexes: PythonIndexes;
  /** All pythons there are. */
  readonly known: readonly string[];
}

type ReleaseRecords = Pick<ReleaseMetadata, 'leftOut'> & { readonly records: readonly UpstreamRecord[] };

async function releaseRecords(release: ReleaseFile, world: ReleaseWorld): Promise<ReleaseRecords | Reason> {
  const { request, allowlist, index, known, nameOf } = world;
  const { made, platforms } = request;
  const read = await readRelease(release, made, world.indexes);
  if ('code' in read) return read;
  const { metadata, leftOut } = read;
  const bounds = pythonBounds(release, metadata.requiresPython, { stated: made.depends, known });
  if ('code' in bounds) return bounds;
  const targets = platforms.flatMap((platform) => bounds.pythons.map((python) => ({ platform, python })));
  const sets = await dependencySets(metadata.requiresDist, targets, { nameOf, stated: made.depends });
  if ('code' in sets) return sets;
  const parts = splitDepends(sets, allowlist.platforms);
  if (parts === null)
    return { code: 'pypi.dependency', detail: 'what it needs differs between machines of one system' };
  const records: UpstreamRecord[] = [];
  for (const part of parts) {
    const record = madeRecord(part, { release, metadata, made, index, bounds: bounds.specifier });
    if ('code' in record) return record;
    records.push(record);
  }
  return { records, leftOut };
}

/** What a release says of itself; a file that cannot be read is its own fault, one that cannot be had the index's. */
async function readRelease(
  release: ReleaseFile,
  { project }: MadeRequest,
  indexes: PythonIndexes,
): Promise<ReleaseMetadata | Reason> {
  const { file } = release;
  if (file.sha256 === null) return { code: 'fetch.unverifiable', detail: 'its index gives no sha256 of it' };
  try {
    if (release.from === 'wheel') return await indexes.wheel(file);
    return await indexes.sdist(file, { ...release.name, project });
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'package.refused') throw error;
    return { code: error.code, ...tellingOf(error) };
  }
}
