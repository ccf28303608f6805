import { packagesAt } from '../index/changed-packages.ts';
import type { Offload } from '../index/check-package.ts';
import { type Manifest, readManifest } from '../index/manifest.ts';
import { type OutputsWorld, publishOutputs, unmadeOutputs } from '../index/publish-outputs.ts';
import { listedIn, packageProblems } from '../index/state-source.ts';
import { type IndexScope, type UpdateWorld, updateUntilStable } from '../index/update-state.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { digestStream } from '../names/digest.ts';
import type { Subdir } from '../names/subdir.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Log } from '../ports/log.ts';
import type { StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { backOff } from '../store/update-json.ts';

type IndexingWorld = UpdateWorld & OutputsWorld & { readonly log: Log };

/** Its `asked` says which optional index files are asked for. */
export interface IndexWorld extends Omit<IndexingWorld, 'subdir' | 'digestsOf' | 'offload'> {
  /** Who else can index packages, if anyone: with digests from the bytes, or as they were noted. */
  readonly offload?: (digests: 'read' | 'noted') => Offload;
}

export interface IndexedSubdir {
  readonly subdir: Subdir;
  /** Records in the index. */
  readonly packages: number;
  /** Of the state the index files were made from; rises whenever what they show changes. */
  readonly generation: number;
  /** Whether an index file was written. */
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

export interface IndexOptions {
  /** The packages that changed, if that is known: only they are looked at. What is no package of the subdir is ignored. */
  readonly hints?: readonly ObjectKey[];
  /** Make every entry again, trusting none, with digests from the bytes and not from what was noted beside them. */
  readonly rebuild?: boolean;
}

/**
 * Subdirs that a shell indexes side by side: each waits for the store most of its time. A first index of 500,000 records
 * takes 450 MB of memory, one package more 150 MB.
 */
export const maxSubdirsAtOnce = 3;

/** With the waits between them half a minute. What was found is published at each. */
const maxAttempts = 12;

/**
 * Brings one subdir's index files up to date with its packages, provenance and control: packages -> entries -> state ->
 * index files. When nothing changed nothing is written, except index files that an interrupted run left behind.
 *
 * A run that wrote an index file looks at the state again: where a tag is made of content, as in S3, an index file of a
 * later state with the very bytes of the one we replaced is replaced too, and only we can know. A state that will not be
 * stable is published as it was last written, since an index file never replaces a later one; the run is not done then.
 *
 * @param options.damage why the state that is there is not to be trusted, as a run before this one found
 * @throws GatehouseError `store.conflict` (retry) when packages came and went at every look, or others kept writing;
 *   `json.invalid` when control is damaged: the index stays as it is
 */
export async function indexSubdir(
  subdir: Subdir,
  world: IndexWorld,
  { damage, ...options }: IndexOptions & { readonly damage?: string } = {},
): Promise<IndexedSubdir> {
  const place = placeOf(subdir, world, options);
  let scope = firstScope(place, options, damage);
  let sofar: Found = { changed: false, damage };
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const state = await updateUntilStable(place, scope);
      const wrote = await publishOutputs(place, state.manifest, scope.rebuild);
      sofar = { ...sofar, ...state.damaged, changed: wrote || sofar.changed };
      if (state.status === 'stable' && (!wrote || (await isLatest(place, state.manifest)))) {
        return await report(place, state.manifest, sofar);
      }
      scope = state.rest;
      await backOff(place.clock, attempt);
    }
  } catch (error) {
    if (damage !== undefined || !isStateDamaged(error)) throw error;
    // A segment that no update had to read, and an index file is made of.
    return indexSubdir(subdir, world, { ...options, damage: error.message });
  }
  const message = `${place.channel}/${subdir} has not settled: it changed at each look`;
  const hint = 'what was found is published; run it again when fewer packages come and go';
  throw new GatehouseError('store.conflict', message, { hint, retry: true });
}

interface Found {
  /** Whether an index file was written. */
  readonly changed: boolean;
  /** Why the state that was there was not trusted. */
  readonly damage?: string | undefined;
}

function placeOf(subdir: Subdir, world: IndexWorld, { rebuild = false }: IndexOptions): IndexingWorld {
  const digestsOf = rebuild ? (object: StoredObject) => digestStream(chunksOf(object)) : storedDigests;
  return { ...world, subdir, digestsOf, offload: world.offload?.(rebuild ? 'read' : 'noted') };
}

function firstScope(place: IndexingWorld, { hints, rebuild = false }: IndexOptions, damage?: string): IndexScope {
  if (damage !== undefined) return { rebuild: true, trustState: false };
  return { rebuild, trustState: true, ...(hints && { only: packagesAt(place, hints) }) };
}

const isStateDamaged = (error: unknown): error is GatehouseError =>
  error instanceof GatehouseError && error.code === 'state.damaged';

async function isLatest(place: IndexingWorld, { generation }: Manifest): Promise<boolean> {
  return (await readManifest(place)).manifest?.generation === generation;
}

async function report(place: IndexingWorld, manifest: Manifest, { changed, damage }: Found): Promise<IndexedSubdir> {
  const { subdir, log } = place;
  const damaged = damage === undefined ? [] : [{ code: 'index.state', subject: subdir, detail: `${damage}; rebuilt` }];
  const problems = [...damaged, ...(await packageProblems(place, manifest)), ...(await unmadeOutputs(place))];
  const packages = listedIn(manifest);
  log({ type: 'index.written', subdir, packages, changed });
  return { subdir, packages, generation: manifest.generation, changed, problems };
}
