import { seededRandom } from '../support/random.ts';

/** Whatever takes part: a worker at one message, a producer, a control change. It may stop for good at any wait. */
export interface Actor {
  readonly random: () => number;
  /** Waits of its own that are not over. */
  waits: number;
  state: 'running' | 'ended' | 'crashed';
}

interface Wait {
  readonly at: number;
  readonly actor: Actor | null;
  readonly resume: () => void;
}

export interface Timeline {
  /** Milliseconds of simulated time. */
  now(): number;
  /** Starts work; `over` is told whether it ended, threw, or crashed. */
  start(seed: number, work: (actor: Actor) => Promise<void>, over?: (how: Ending) => void): void;
  /** Resolves after so long, if the actor still lives. */
  wait(actor: Actor, milliseconds: number): Promise<void>;
  later(milliseconds: number, act: () => void): void;
  /** The actor's promises never resume. */
  crash(actor: Actor): void;
  /** Runs until nothing is left to happen, or `stopped` says so after a step. */
  run(stopped: () => boolean): Promise<void>;
}

export type Ending =
  | { readonly how: 'ended' }
  | { readonly how: 'crashed' }
  | { readonly how: 'threw'; readonly error: unknown };

export const never = new Promise<never>(() => {});

/**
 * One seeded order of everything that waits: the earliest wait is resumed, then all that follows from it runs until
 * every living actor waits again. Equal seeds give equal runs, whatever the machine does.
 */
export function timeline(): Timeline {
  const waits: Wait[] = [];
  const actors = new Map<Actor, (ending: Ending) => void>();
  let now = 0;
  const end = (actor: Actor, ending: Ending) => {
    const over = actors.get(actor);
    if (over === undefined) return;
    actors.delete(actor);
    actor.state = ending.how === 'crashed' ? 'crashed' : 'ended';
    over(ending);
  };
  return {
    now: () => now,
    start(seed, work, over = rethrow) {
      const actor: Actor = { random: seededRandom(seed), waits: 0, state: 'running' };
      actors.set(actor, over);
      work(actor).then(
        () => end(actor, { how: 'ended' }),
        (error) => end(actor, { how: 'threw', error }),
      );
    },
    wait(actor, milliseconds) {
      if (actor.state === 'crashed') return never;
      actor.waits += 1;
      return new Promise((resume) => waits.push({ at: now + milliseconds, actor, resume }));
    },
    later: (milliseconds, resume) => waits.push({ at: now + milliseconds, actor: null, resume }),
    crash: (actor) => end(actor, { how: 'crashed' }),
    async run(stopped) {
      for (;;) {
        await settled(actors);
        const next = stopped() ? undefined : takeEarliest(waits);
        if (next === undefined) return;
        now = next.at;
        resume(next);
      }
    },
  };
}

function resume({ actor, resume }: Wait): void {
  if (actor !== null) actor.waits -= 1;
  if (actor?.state !== 'crashed') resume();
}

function rethrow(ending: Ending): void {
  if (ending.how === 'threw') throw ending.error;
}

/** The first of the earliest: waits of one time resume in the order they began. */
function takeEarliest(waits: Wait[]): Wait | undefined {
  let earliest = 0;
  for (let i = 1; i < waits.length; i++) if ((waits[i]?.at ?? 0) < (waits[earliest]?.at ?? 0)) earliest = i;
  return waits.splice(earliest, 1)[0];
}

/** One turn of the event loop empties the queue of microtasks; real threads (zlib) may take an actor several. */
async function settled(actors: ReadonlyMap<Actor, unknown>): Promise<void> {
  for (let turns = 0; ; turns++) {
    await new Promise((resume) => setImmediate(resume));
    let idle = true;
    for (const actor of actors.keys()) idle &&= actor.waits > 0;
    if (idle) return;
    if (turns > 5_000_000) throw new Error('an actor waits for something outside the simulation');
  }
}
