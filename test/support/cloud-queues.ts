import type { SqsMessage } from '../../lambdas/events.ts';

export const cloudFunctions = ['scraper', 'downloader', 'indexer', 'prover'] as const;
export type CloudFunction = (typeof cloudFunctions)[number];

export interface Waiting extends SqsMessage {
  readonly receives: number;
}

export interface Disorder {
  /** A number from 0 to 1, for what comes when, and how often. */
  readonly random: () => number;
  /** How likely a message comes once more. */
  readonly duplicates?: number;
}

export interface CloudQueues {
  readonly dead: { readonly queue: CloudFunction; readonly body: string }[];
  /** What comes to the scraper later. */
  readonly later: Waiting[];
  waiting(name: CloudFunction): Waiting[];
  enqueue(to: Waiting[], body: string): void;
  /** Has a batch come again, or go to the dead. */
  again(on: CloudFunction, batch: readonly Waiting[]): void;
  /** Takes a batch of whatever is there. */
  take(from: Waiting[]): Waiting[];
}

/** Far more than the stack's 10: chance cuts one message's invocations off up to 13 times in a row in 40 plays. */
const maxReceives = 30;

/** A queue in memory for each function. */
export function cloudQueues({ random, duplicates = 0 }: Disorder, drop: (body: string) => boolean): CloudQueues {
  const queues = new Map(cloudFunctions.map((name): [CloudFunction, Waiting[]] => [name, []]));
  const waiting = (name: CloudFunction) => queues.get(name) ?? [];
  const dead: CloudQueues['dead'] = [];
  let messages = 0;
  const message = (body: string): Waiting => {
    messages += 1;
    return { messageId: `m${messages}`, body, receives: 0 };
  };
  const enqueue = (to: Waiting[], body: string) => {
    if (!drop(body)) to.push(message(body));
  };
  const again = (on: CloudFunction, batch: readonly Waiting[]) => {
    for (const one of batch) {
      if (one.receives + 1 < maxReceives) waiting(on).push({ ...one, receives: one.receives + 1 });
      else dead.push({ queue: on, body: one.body });
    }
  };
  const take = (from: Waiting[]): Waiting[] => {
    const size = 1 + Math.floor(random() * Math.min(from.length, 10));
    const batch = Array.from({ length: size }, () => from.splice(Math.floor(random() * from.length), 1)).flat();
    for (const one of batch) if (random() < duplicates) from.push({ ...one, receives: one.receives });
    return batch;
  };
  return { dead, later: [], waiting, enqueue, again, take };
}
