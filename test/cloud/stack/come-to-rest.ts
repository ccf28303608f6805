import type { Cloud } from '../start-cloud.ts';
import type { Wiring } from './wiring.ts';

export interface Resting {
  /** Batches that are worked on. */
  readonly activity: { readonly busy: number };
  /** Milliseconds of the cloud's time. */
  readonly within?: number | undefined;
}

/** Milliseconds without a message sent or handled: longer than any request takes. */
const stuck = 60_000;

/**
 * Waits until every message is handled or given up. What is hidden or delayed comes at once: when nobody works, the
 * cloud's time passes to the moment when the next one does, unless that is later than `within`.
 */
export async function comeToRest(
  cloud: Cloud,
  { sources }: Pick<Wiring, 'sources'>,
  { activity, within = Infinity }: Resting,
) {
  const end = cloud.time.now() + within;
  const queues = [...cloud.sqs.queues.values()].filter(({ arn }) =>
    sources.some(({ EventSourceArn }) => EventSourceArn === arn),
  );
  const waiting = () => queues.flatMap(({ messages }) => [...messages]).map(({ visibleAt }) => visibleAt);
  const never = new AbortController().signal;
  for (;;) {
    const next = Math.min(...waiting());
    const now = cloud.time.now();
    if (activity.busy === 0 && (next === Infinity || next > end)) return;
    if (activity.busy === 0 && next > now) cloud.time.pass(next - now);
    // Whoever took something is awake by the next turn, and tells when it is done.
    await new Promise(setImmediate);
    if (activity.busy > 0) await cloud.time.until(cloud.time.now() + stuck, never);
  }
}
