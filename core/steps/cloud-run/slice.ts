import { openRun, type Run, runMessage, updateRun } from '../../documents/run.ts';
import { canonicalJson } from '../../json/json.ts';
import { partialKey } from '../../layout/keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import { openOwnStore } from '../../own/open-own-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queue } from '../../ports/queue.ts';
import { GatehouseError } from '../../problems/error.ts';
import { planSlices } from '../../solve/requests.ts';
import { type SliceWorld, solveSlice } from '../../solve/slices/solve-slice.ts';
import type { ChannelStore } from '../../store/list-packages.ts';
import { putOnce } from '../../store/put-once.ts';

export interface RunSliceWorld extends Omit<SliceWorld, 'patches' | 'own'>, ChannelStore {
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
    const part = await solveSlice(work, allowlist, {
      ...world,
      patches: patches.parse(),
      own: openOwnStore(allowlist, world),
    });
    await putOnce(world.store, key, Buffer.from(canonicalJson(part)));
    await world.nameEvidence.keep();
  }
  const counted = await updateRun(id, world, (before) => counting(before, slice));
  if (counted.done.length < counted.slices) return { status: 'done' };
  await world.queue.send([runMessage({ type: 'merge', run: id })]);
  return { status: 'last' };
}

const counting = (run: Run, slice: number): Run | null =>
  run.done.includes(slice) ? null : { ...run, done: [...run.done, slice].sort((a, b) => a - b) };
