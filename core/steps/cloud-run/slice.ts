import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { openRun, type Run, runMessage, updateRun } from '../../documents/run.ts';
import { canonicalJson } from '../../json/json.ts';
import { partialKey } from '../../layout/keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import { openOwnStore } from '../../own/open-own-store.ts';
import { openServed } from '../../own/open-served.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import { GatehouseError } from '../../problems/error.ts';
import { planSlices } from '../../solve/requests.ts';
import { type SliceWorld, solveSlice } from '../../solve/slices/solve-slice.ts';
import type { Excluding } from '../../solve/standing/held.ts';
import { idsHere } from '../../solve/standing/ids-here.ts';
import type { PlanGate } from '../../solve/standing/look-at.ts';
import { openStandings } from '../../solve/standing/standings.ts';
import type { ChannelStore } from '../../store/list-packages.ts';
import { putOnce } from '../../store/put-once.ts';

export interface RunSliceWorld extends Omit<SliceWorld, 'patches' | 'own' | 'standings'>, ChannelStore {
  /**
   * Opens the gate for the time at which the run started, so that all its slices find the same, for a plan that does without
   * what is said. It holds nothing without it.
   */
  readonly openGate?: (allowlist: Allowlist, now: number, excluding: Excluding) => PlanGate;
  readonly clock: Clock;
  readonly queue: Queue;
}

export interface SliceDone {
  /** `merged`: of a run whose plan is made already. */
  readonly status: 'done' | 'last' | 'merged' | 'superseded';
}

/**
 * Works out one slice of a run and lays its part at rest, once; then counts it. Whoever finds that it was the last one
 * sends for the plan, and when that was cut off, whoever comes again. Safe to run twice and by many at once.
 *
 * @throws GatehouseError `store.*`
 */
export async function solveRunSlice(id: Sha256, slice: number, world: RunSliceWorld): Promise<SliceDone> {
  const opened = await openRun(world.store, id);
  if (opened === null) return { status: 'superseded' };
  const { run, allowlist, patches } = opened;
  if (run.plan !== null) return { status: 'merged' };
  const work = planSlices(allowlist)[slice];
  if (work === undefined) throw new GatehouseError('internal.bug', `run ${id} has no slice ${slice}`);
  const key = partialKey(id, slice);
  if ((await world.store.get(key)) === null) {
    const gate = world.openGate?.(allowlist, run.startedAt, await excludedOf(run, world));
    const clock = { now: () => run.startedAt };
    const part = await solveSlice(work, allowlist, {
      ...world,
      patches: patches.parse(),
      own: openOwnStore(allowlist, world),
      standings: gate && openStandings({ gate, store: world.store, clock, served: openServed(world) }),
    });
    await putOnce(world.store, key, Buffer.from(canonicalJson(part)));
    await world.nameEvidence.keep();
  }
  const counted = await updateRun(id, world, (before) => counting(before, slice, world.clock.now()));
  if (counted.done.length < counted.slices) return { status: 'done' };
  await world.queue.send([runMessage({ type: 'merge', run: id })]);
  return { status: 'last' };
}

async function excludedOf({ round, without }: Run, world: ChannelStore): Promise<Excluding> {
  const here = round === 3 ? await idsHere(world) : null;
  return { ...(here && { here }), ...(without && { without: new Set(without) }) };
}

const counting = (run: Run, slice: number, movedAt: number): Run | null =>
  run.done.includes(slice) ? null : { ...run, done: [...run.done, slice].sort((a, b) => a - b), movedAt };
