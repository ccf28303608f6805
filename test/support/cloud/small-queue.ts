import type { SqsMessage } from '../../../lambdas/events.ts';

interface WaitingMessage extends SqsMessage {
  readonly receives: number;
}

/** How messages come: in order, one at a time and once, unless it says otherwise. */
export interface Disorder {
  /** A number from 0 to 1, for what comes when, and how often. */
  readonly random: () => number;
  /** How likely a message comes once more. */
  readonly duplicates?: number;
  /** Deliveries after which a message is given up; what the template says by default. */
  readonly maxReceives?: number;
  /** Messages in a batch, at most; what the template says by default. */
  readonly batchSize?: number;
}

export interface SmallQueue {
  readonly waiting: WaitingMessage[];
  /** Messages that come when they are let. */
  readonly delayed: WaitingMessage[];
  /** Gives the message's id. */
  send(body: string): string;
  sendDelayed(body: string): string;
  /** Takes a batch of whatever waits. */
  take(): WaitingMessage[];
  /** Has a batch come again, or be given up. */
  again(batch: readonly WaitingMessage[]): void;
}

export interface QueueOptions extends Disorder {
  readonly maxReceives: number;
  readonly batchSize: number;
  /** Loses the messages of which it says so. */
  readonly drop: (body: string) => boolean;
  readonly nextId: () => string;
  readonly giveUp: (body: string) => void;
}

/** A queue in memory. */
export function smallQueue(options: QueueOptions): SmallQueue {
  const { random, duplicates = 0, maxReceives, batchSize } = options;
  const waiting: WaitingMessage[] = [];
  const delayed: WaitingMessage[] = [];
  const sendTo = (to: WaitingMessage[]) => (body: string) => {
    const messageId = options.nextId();
    if (!options.drop(body)) to.push({ messageId, body, receives: 0 });
    return messageId;
  };
  return {
    waiting,
    delayed,
    send: sendTo(waiting),
    sendDelayed: sendTo(delayed),
    take() {
      const size = 1 + Math.floor(random() * Math.min(waiting.length, batchSize));
      const batch = Array.from({ length: size }, () => waiting.splice(Math.floor(random() * waiting.length), 1)).flat();
      for (const one of batch) if (random() < duplicates) waiting.push(one);
      return batch.map((one) => ({ ...one, attributes: { ApproximateReceiveCount: one.receives + 1 } }));
    },
    again(batch) {
      for (const one of batch) {
        if (one.receives + 1 < maxReceives) waiting.push({ ...one, receives: one.receives + 1 });
        else options.giveUp(one.body);
      }
    },
  };
}
