import type { Override } from '../documents/control.ts';
import { readControl } from '../documents/control.ts';
import { GatehouseError } from '../error.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Clock } from '../ports/clock.ts';
import { batches } from './batches.ts';
import { commitLines, type State } from './commit-lines.ts';
import { type IndexLooksWorld, indexLooks } from './index-looks.ts';
import { diffKeys, redecided } from './state/diff-keys.ts';
import { diffListing } from './state/diff-listing.ts';
import { type IndexRoot, readRoot, type StatePlace } from './state/index-root.ts';
import type { LineChange } from './state/line-change.ts';
import type { Look } from './state/look.ts';

export interface UpdateWorld extends IndexLooksWorld, StatePlace {
  readonly clock: Clock;
}

export interface Looking {
  /** The packages to look at, and those whose decision changed; without it, all. */
  readonly only?: readonly PackageFileName[];
  /** Believe no line. */
  readonly rebuild: boolean;
  /** Believe not even that the state can be read. */
  readonly distrust: boolean;
}

export type Round =
  | { readonly status: 'conflict' }
  /** `touched` are the packages whose lines were written; `damage` says why the state was not believed. */
  | {
      readonly status: 'written' | 'unchanged';
      readonly root: IndexRoot;
      readonly touched: readonly PackageFileName[];
      readonly damage?: string;
    };

/** Lines between two writes of the root: so much is lost when a first index is cut off. */
const checkpoint = 5000;

/**
 * Looks once and takes up what it sees. The root and its ETag are read before anything else, so that no write is older
 * than what it replaces (aws.md 5.1).
 *
 * @throws GatehouseError `state.damaged` when a segment cannot be read
 */
export async function updateState(world: UpdateWorld, looking: Looking): Promise<Round> {
  const { root, etag, damage } = await readRoot(world);
  const { control, etag: controlEtag } = await readControl(world.store, world.channel, world.subdir);
  const decisionOf = (filename: PackageFileName): Override => control.packages[filename] ?? {};
  const known = { root: looking.distrust ? null : root, decisionOf, control: controlEtag };
  const looks = indexLooks(looksAt(world, looking, known), world);
  const state = { root, etag, believed: !looking.distrust };
  const round = await takeUp(world, state, { looks, control: controlEtag });
  return damage === undefined || round.status === 'conflict' ? round : { ...round, damage };
}

/** Commits what was looked at, 5,000 lines at a time. */
async function takeUp(
  world: UpdateWorld,
  before: State,
  { looks, control }: { readonly looks: AsyncIterable<LineChange>; readonly control: string | null },
): Promise<Round> {
  const touched: PackageFileName[] = [];
  let state = before;
  for await (const { items, last } of batches(looks, checkpoint)) {
    const outcome = await commitLines(world, state, { changes: items, ...(last && { control }) });
    if (outcome.status === 'conflict') return outcome;
    if (outcome.status === 'written') touched.push(...items.map(({ filename }) => filename));
    state = { root: outcome.root, etag: outcome.etag, believed: true };
  }
  if (state.root === null) throw new GatehouseError('internal.bug', 'a root was neither found nor made');
  return { status: state.etag === before.etag ? 'unchanged' : 'written', root: state.root, touched };
}

interface Known {
  readonly root: IndexRoot | null;
  readonly decisionOf: (filename: PackageFileName) => Override;
  readonly control: string | null;
}

/** A state that holds only part of what a listing showed cannot be added to by keys. */
async function* looksAt(world: UpdateWorld, { only, rebuild }: Looking, known: Known): AsyncGenerator<Look> {
  const { root, decisionOf, control } = known;
  if (only === undefined || rebuild || root === null || root.partial) {
    yield* diffListing(world, { root, decisionOf, rebuild });
    return;
  }
  const filenames = [...only];
  if (root.control !== control) for await (const name of redecided(world, root, decisionOf)) filenames.push(name);
  yield* diffKeys(world, filenames, { root, decisionOf });
}
