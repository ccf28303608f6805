import { GatehouseError } from '../error.ts';
import { backOff } from './back-off.ts';
import type { IndexRoot } from './state/index-root.ts';
import { type Looking, type Round, type UpdateWorld, updateState } from './update-state.ts';

export type SettledState = {
  /** Why the state that was there was not believed. */
  readonly damage?: string;
} & (
  | { readonly status: 'settled'; readonly root: IndexRoot }
  /** `root` is what was written last, if anything was; `rest` is what has still to be looked at. */
  | { readonly status: 'moving'; readonly root: IndexRoot | null; readonly rest: Looking }
);

const rounds = 6;
/** Looking at each costs more than a listing from here on. */
const listFrom = 1000;

/**
 * Looks and writes until a look begun after the last write finds nothing to change. That look closes the one hole that
 * compare-and-swap leaves: a package that came and went while we stalled was taken up by nobody else, for whoever saw
 * it gone found a state that had never held it, and had nothing to write. It need only be a look at what was written:
 * what the first look found as the state had it was found so after the run began.
 *
 * @returns `moving` after 6 rounds, with what that last look has still to be
 */
export async function settleState(world: UpdateWorld, first: Looking): Promise<SettledState> {
  let looking = first;
  let root: IndexRoot | null = null;
  let known: Pick<SettledState, 'damage'> = {};
  for (let attempt = 0; attempt < rounds; attempt++) {
    const round = await tryRound(world, looking);
    if (round.status === 'conflict') {
      await backOff(world.clock, attempt);
      continue;
    }
    if (round.damage !== undefined) known = { damage: round.damage };
    if (round.status === 'unchanged') return { status: 'settled', root: round.root, ...known };
    if (round.status === 'written') root = round.root;
    looking = nextLooking(round);
  }
  return { status: 'moving', root, rest: looking, ...known };
}

function nextLooking(round: Exclude<Attempt, { status: 'conflict' }>): Looking {
  if (round.status === 'damaged') return { rebuild: true, distrust: true };
  const only = round.touched.length < listFrom && { only: round.touched };
  return { rebuild: false, distrust: false, ...only };
}

type Attempt = Round | { readonly status: 'damaged'; readonly damage: string };

async function tryRound(world: UpdateWorld, looking: Looking): Promise<Attempt> {
  try {
    return await updateState(world, looking);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    if (error.code === 'store.conflict' && error.retry) return { status: 'conflict' };
    if (error.code === 'state.damaged' && !looking.distrust) return { status: 'damaged', damage: error.message };
    throw error;
  }
}
