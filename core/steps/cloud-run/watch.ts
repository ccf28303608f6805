import { type ClockName, lastFired, type Schedules } from '../../documents/clocks.ts';
import { nextTime } from '../../documents/next-time.ts';
import { failingEntries, type ProvenEntry, readProof } from '../../documents/proof.ts';
import { latestRun, type Run } from '../../documents/run.ts';
import type { ChannelName } from '../../layout/keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';

export interface WatchWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  readonly schedules: Schedules;
}

export interface Watched {
  /** The schedules that did not fire when they should have. */
  readonly missed: readonly ClockName[];
  /** The latest run, where it has not ended and has not come on for an hour. */
  readonly stuck: Run | null;
  /** Entries that do not install though the latest run has ended and all of it is indexed and proved. */
  readonly failing: readonly ProvenEntry[];
  /** How many files the latest run waits for. */
  readonly missing: number;
}

const minuteMs = 60_000;

/** EventBridge fires within a minute, and an event may wait for a moment for a function to be free. */
const maxLateMs = 5 * minuteMs;

/**
 * A slice, a plan and a download take a quarter of an hour at most, and a run looks for itself after another one. What is tried again that
 * long has been told of by then.
 */
const maxStillMs = 60 * minuteMs;

/** The indexer and the prover wait for more to do, half a minute and two minutes, and take five and fifteen. */
const maxProvingMs = 30 * minuteMs;

/** Looks whether what should have happened did: nobody else tells of a run that nobody goes on with, and of a clock that stands. */
export async function watch({ schedules, ...world }: WatchWorld): Promise<Watched> {
  const now = world.clock.now();
  const isMissed = ([name, at]: readonly [ClockName, number]) => {
    const next = nextTime(schedules[name] ?? '', at);
    return next !== null && now > next + maxLateMs;
  };
  const missed = [...(await lastFired(schedules, world))].filter(isMissed).map(([name]) => name);
  const run = await latestRun(world.store);
  if (run === null) return { missed, stuck: null, failing: [], missing: 0 };
  const stillMs = now - (run.movedAt ?? run.startedAt);
  if (run.stage !== 'settled') {
    return { missed, stuck: stillMs > maxStillMs ? run : null, failing: [], missing: run.missing ?? 0 };
  }
  const proof = stillMs > maxProvingMs ? await readProof(world.store, world.channel) : null;
  return { missed, stuck: null, failing: proof === null ? [] : failingEntries(proof), missing: 0 };
}
