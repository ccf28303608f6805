import { GatehouseError } from '../../core/problems/error.ts';
import { seededRandom } from '../support/random.ts';
import type { Reached } from './client.ts';
import type { Scenario } from './scenario.ts';
import type { Actor, Ending } from './timeline.ts';

interface Message<E> {
  readonly event: E;
  attempts: number;
}

/** A world in which events are sent. */
interface Sending extends Reached {
  readonly scenario: Pick<Scenario, 'seed' | 'workers' | 'events' | 'pageSize' | 'skew' | 'faults'>;
  /** What does not hold, the first of it. */
  broken: string | null;
  seed(): number;
}

/** Attempts at one message before the run counts as stuck: each fails by chance about every other time. */
const mostAttempts = 60;

/**
 * Events on their way to workers: late, in any order, twice or never; a message whose worker threw or stopped comes
 * again. As many workers as the scenario has, each at a batch.
 */
export function startQueue<E>(world: Sending, handle: (actor: Actor, batch: readonly E[]) => Promise<void>) {
  const { scenario, time } = world;
  const random = seededRandom(scenario.seed + 1);
  const queue: Message<E>[] = [];
  let active = 0;
  let dropped = false;

  const arrive = (messages: readonly Message<E>[], delay: number) =>
    time.later(delay, () => {
      queue.push(...messages);
      pump();
    });
  const pump = () => {
    while (active < scenario.workers && queue.length > 0) {
      const batch = Array.from({ length: Math.min(queue.length, 1 + Math.floor(random() * 3)) }, () =>
        queue.splice(Math.floor(random() * queue.length), 1),
      ).flat();
      active += 1;
      time.start(
        world.seed(),
        (actor) =>
          handle(
            actor,
            batch.map(({ event }) => event),
          ),
        (ending) => over(batch, ending),
      );
    }
  };
  const over = (batch: readonly Message<E>[], ending: Ending) => {
    active -= 1;
    for (const message of batch) message.attempts += 1;
    if (ending.how === 'threw') world.broken ??= faultOf(ending.error);
    if (ending.how !== 'ended') {
      if (batch.some(({ attempts }) => attempts >= mostAttempts)) world.broken ??= 'R10 bounded: a message never ends';
      arrive(batch, 50 + random() * 300);
    }
    pump();
  };
  return {
    dropped: () => dropped,
    send(make: (random: () => number) => E): void {
      if (random() < scenario.events.dropped) {
        dropped = true;
        return;
      }
      const event = make(random);
      const message = (): Message<E> => ({ event, attempts: 0 });
      arrive([message()], random() * 30);
      if (random() < scenario.events.duplicated) arrive([message()], random() * 1000);
    },
  };
}

/** What a queue would give again: the store failed, or others were first. */
export const isRetryable = (error: unknown): boolean => error instanceof GatehouseError && error.retry;

/** What must not end a worker, named. */
function faultOf(error: unknown): string | null {
  if (isOvertakenReader(error)) return `R11 a reader does not lose to writers: ${described(error)}`;
  return isRetryable(error) ? null : `R6 poison isolation: a worker failed: ${described(error)}`;
}

/** One of our own documents changed while it was read. A package that does is looked at again by its event. */
const isOvertakenReader = (error: unknown): boolean =>
  error instanceof GatehouseError && /^_gatehouse\/.* changed while it was read$/.test(error.message);

const described = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
