import { type Override, readControl } from '../documents/control.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import { batches } from '../store/map-in-order.ts';
import { backOff } from '../store/update-json.ts';
import { type Compared, changedAmong, changedInListing, overridesChanged } from './changed-packages.ts';
import { type CheckWorld, checkPackages, type PackageCheck } from './check-package.ts';
import { commitEntries, type State } from './commit-entries.ts';
import { type Manifest, readManifest, type StatePlace } from './manifest.ts';

export interface UpdateWorld extends CheckWorld, StatePlace {
  readonly clock: Clock;
}

/** What an update looks at, and what it takes for granted. */
export interface IndexScope {
  /** The packages to look at, and those whose override changed; without it, all. */
  readonly only?: readonly PackageFileName[];
  /** Make every entry again. */
  readonly rebuild: boolean;
  /** False when the state's segments cannot be read: then only its generation counts. */
  readonly trustState: boolean;
}

/** Why the state that was there was not trusted; empty where it was. */
interface Damage {
  readonly damage?: string;
}

export type UpdatedState = {
  readonly damaged: Damage;
  /** What the next look has still to be. */
  readonly rest: IndexScope;
} & (
  | { readonly status: 'stable'; readonly manifest: Manifest }
  /** `manifest` is what was written last, if anything was. */
  | { readonly status: 'moving'; readonly manifest: Manifest | null }
);

const maxRounds = 6;
/** Looking at each of so many packages costs more than a listing. */
const listingFrom = 1000;

/**
 * Updates the state until an update begun after the last write finds nothing to change. That last look closes the one
 * hole that compare-and-swap leaves: a package that came and went while we stalled was taken up by nobody else, for a
 * worker that saw it gone found a state that had never held it, and had nothing to write. Looking at what was written is
 * enough: what the first look found as the state had it was found so after the run began.
 *
 * @returns `moving` after 6 rounds
 */
export async function updateUntilStable(world: UpdateWorld, first: IndexScope): Promise<UpdatedState> {
  let scope = first;
  let manifest: Manifest | null = null;
  let damaged: Damage = {};
  for (let round = 0; round < maxRounds; round++) {
    const update = await updateState(world, scope).catch((error: unknown) => failedUpdate(error, scope));
    if (update.status === 'conflict') {
      await backOff(world.clock, round);
      continue;
    }
    damaged = { ...damaged, ...update.damaged };
    if (update.status === 'unchanged')
      return { status: 'stable', manifest: update.manifest, damaged, rest: lookAt([]) };
    if (update.status === 'written') manifest = update.manifest;
    scope = update.status === 'written' ? lookAt(update.touched) : { rebuild: true, trustState: false };
  }
  return { status: 'moving', manifest, damaged, rest: scope };
}

function lookAt(touched: readonly PackageFileName[]): IndexScope {
  return { rebuild: false, trustState: true, ...(touched.length < listingFrom && { only: touched }) };
}

/** What a failed update calls for: another one, or another one that trusts nothing. */
function failedUpdate(
  error: unknown,
  scope: IndexScope,
): { readonly status: 'conflict' } | { readonly status: 'damaged'; readonly damaged: Damage } {
  if (!(error instanceof GatehouseError)) throw error;
  if (error.code === 'store.conflict' && error.retry) return { status: 'conflict' };
  if (error.code === 'state.damaged' && scope.trustState)
    return { status: 'damaged', damaged: { damage: error.message } };
  throw error;
}

type Update =
  | { readonly status: 'conflict' }
  | {
      readonly status: 'written' | 'unchanged';
      readonly manifest: Manifest;
      /** The packages whose entries were written. */
      readonly touched: readonly PackageFileName[];
      readonly damaged: Damage;
    };

/** Entries between two writes of the manifest: so much is lost when a first index is cut off. */
const maxEntriesPerCommit = 5000;

/**
 * Looks once and takes up what it sees. The manifest and its ETag are read before anything else: a listing made before
 * the ETag could be older than the state that it replaces, and undo it.
 *
 * @throws GatehouseError `state.damaged` when a segment cannot be read
 */
async function updateState(world: UpdateWorld, scope: IndexScope): Promise<Update> {
  const { manifest, etag, damage } = await readManifest(world);
  const { control, etag: controlEtag } = await readControl(world.store, world.channel, world.subdir);
  const overrideOf = (filename: PackageFileName): Override => control.packages[filename] ?? {};
  const compared = { manifest: scope.trustState ? manifest : null, overrideOf };
  const changes = checkPackages(changedPackages(world, scope, { ...compared, control: controlEtag }), world);
  const touched: PackageFileName[] = [];
  let state: State = { manifest, etag, trusted: scope.trustState };
  for await (const { items, last } of batches(changes, maxEntriesPerCommit)) {
    const outcome = await commitEntries(world, state, { changes: items, ...(last && { control: controlEtag }) });
    if (outcome.status === 'conflict') return outcome;
    if (outcome.status === 'written') touched.push(...items.map(({ filename }) => filename));
    state = { manifest: outcome.manifest, etag: outcome.etag, trusted: true };
  }
  if (state.manifest === null) throw new GatehouseError('internal.bug', 'a root was neither found nor made');
  const status = state.etag === etag ? 'unchanged' : 'written';
  return { status, manifest: state.manifest, touched, damaged: damage === undefined ? {} : { damage } };
}

/** What differs from the state. One that holds only part of what a listing showed cannot be added to by keys. */
async function* changedPackages(
  world: UpdateWorld,
  { only, rebuild }: IndexScope,
  { manifest, overrideOf, control }: Compared & { readonly control: string | null },
): AsyncGenerator<PackageCheck, void, void> {
  if (only === undefined || rebuild || manifest === null || manifest.partial) {
    yield* changedInListing(world, { manifest, overrideOf }, rebuild);
    return;
  }
  const compared = { manifest, overrideOf };
  const filenames = [...only];
  if (manifest.control !== control) {
    for await (const filename of overridesChanged(world, compared)) filenames.push(filename);
  }
  yield* changedAmong(filenames, world, compared);
}
