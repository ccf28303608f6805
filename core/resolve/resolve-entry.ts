import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { type PipOutcome, type SimpleFile, simpleFileId } from '../documents/simple/simple-plan.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { WheelTarget } from '../names/wheel-fits.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import type { MadeRequest } from '../releases/made-record.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import { type AllowlistIndex, allowlistIndex } from './allowlist-index.ts';
import { pythonBound } from './entry-bounds.ts';
import { emptyOwnStore, type OwnStore } from './own-store.ts';
import { resolve } from './resolve.ts';

/** A PyPI entry that pip is to install. */
export interface PipRequest {
  readonly id: string;
  readonly made: MadeRequest;
}

/** How an entry fared, what it needs, and what is to be told of it. */
export interface ResolvedEntry {
  readonly outcomes: readonly PipOutcome[];
  readonly files: readonly SimpleFile[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

interface EntryWorld {
  readonly allowlist: Pick<Allowlist, 'entries' | 'indexes' | 'reserved'>;
  readonly pythonIndexes: PythonIndexes;
  /** What is the organisation's own; nothing without it. */
  readonly own?: OwnStore;
}

/**
 * Resolves an entry for pip on each target, from the allowlist's indexes and the organisation's own files alone, whatever conda
 * gets for it. An index that cannot be read fails the target, not the run.
 */
export async function resolveEntry(
  request: PipRequest,
  targets: readonly WheelTarget[],
  { allowlist, pythonIndexes, own = emptyOwnStore }: EntryWorld,
): Promise<ResolvedEntry> {
  const index = allowlistIndex(allowlist, request.made, { open: pythonIndexes, own: own.files });
  const parts: ResolvedEntry[] = [];
  for (const target of targets) parts.push(await tryTarget(request, target, index));
  return {
    outcomes: parts.flatMap(({ outcomes }) => outcomes),
    files: eachOnce(parts.flatMap(({ files }) => files)),
    problems: parts.flatMap(({ problems }) => problems),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

/** Of one python a wheel's metadata was read, and of another one another's of its release. */
const eachOnce = (files: readonly SimpleFile[]): SimpleFile[] =>
  [...Map.groupBy(files, simpleFileId).values()].flatMap(
    (alike) => alike.find(({ asks }) => asks !== undefined) ?? alike.slice(0, 1),
  );

/** An outcome of an entry that says why there is nothing to take. */
export const nothingForPip = (
  { id }: Pick<PipRequest, 'id'>,
  { subdir, pythonMinor }: Pick<WheelTarget, 'subdir'> & { readonly pythonMinor: number | null },
  status: 'unsolvable' | 'failed',
  explanation: string,
): PipOutcome => ({
  entry: id,
  platform: subdir,
  python: pythonMinor === null ? null : `3.${pythonMinor}`,
  status,
  files: [],
  explanation,
});

/** What pip is asked for. */
export const rootOf = ({ id, made: { project, specifier } }: PipRequest): Requirement => ({
  text: id.slice('pypi:'.length),
  project,
  extras: [],
  specifier,
  marker: null,
});

async function tryTarget(request: PipRequest, target: WheelTarget, index: AllowlistIndex): Promise<ResolvedEntry> {
  try {
    return await onTarget(request, target, index);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const outcomes = [nothingForPip(request, target, 'failed', error.message)];
    return { outcomes, files: [], problems: [problemOf(error, request.id)], warnings: [] };
  }
}

async function onTarget(request: PipRequest, target: WheelTarget, index: AllowlistIndex): Promise<ResolvedEntry> {
  const { id, made } = request;
  const resolution =
    pythonBound(made.depends) === null
      ? { ok: false as const, explanation: 'a page for pip has no words for what "depends" says of python' }
      : await resolve([rootOf(request)], target, index);
  if (!resolution.ok) {
    const outcomes = [nothingForPip(request, target, 'unsolvable', resolution.explanation)];
    return { outcomes, files: [], problems: [], warnings: [] };
  }
  const files = await Promise.all(resolution.releases.map((release) => index.simpleFiles(release, id)));
  const taken = files.flatMap(([first]) => (first === undefined ? [] : [simpleFileId(first)]));
  const outcome = { entry: id, platform: target.subdir, python: `3.${target.pythonMinor}`, files: taken };
  return {
    outcomes: [{ ...outcome, status: 'solved', explanation: null }],
    files: files.flat(),
    problems: [],
    warnings: resolution.warnings.map((detail) => ({ code: 'pypi.extra', subject: id, detail })),
  };
}
