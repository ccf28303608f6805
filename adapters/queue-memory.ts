import type { DeadLetter, Queue } from '../core/ports/queue.ts';
import { GatehouseError } from '../core/problems/error.ts';

interface Drain {
  /** Messages handled at once. */
  readonly concurrency: number;
  /** Deliveries of one message before it is given up; 3 when not said, as an SQS redrive policy would. */
  readonly maxReceives?: number;
  /** Once it is aborted nothing more is delivered; what is unfinished stays in the queue. */
  readonly signal?: AbortSignal;
  handle(message: string): Promise<void>;
}

interface Drained {
  /** Messages handled to the end. */
  readonly delivered: number;
  readonly dead: readonly DeadLetter[];
}

export interface MemoryQueue extends Queue {
  /**
   * Hands out messages until none is left, those sent meanwhile included. A handler that rejects with a GatehouseError
   * whose `retry` is true gets its message again, behind the others; any other rejection makes it a dead letter.
   */
  drain(drain: Drain): Promise<Drained>;
}

interface Waiting {
  readonly message: string;
  readonly receives: number;
}

/** Jobs in this process: what one run of the command line queues, it also drains. */
export function memoryQueue(): MemoryQueue {
  const waiting: Waiting[] = [];
  return {
    async send(messages) {
      for (const message of messages) waiting.push({ message, receives: 0 });
    },
    drain: (drain) => drainAll(waiting, drain),
  };
}

async function drainAll(waiting: Waiting[], { concurrency, maxReceives = 3, signal, handle }: Drain): Promise<Drained> {
  const dead: DeadLetter[] = [];
  let delivered = 0;
  const deliver = async ({ message, receives }: Waiting) => {
    try {
      await handle(message);
      delivered += 1;
    } catch (error) {
      if (signal?.aborted) waiting.push({ message, receives });
      else if (isPassing(error) && receives + 1 < maxReceives) waiting.push({ message, receives: receives + 1 });
      else dead.push({ message, ...reasonOf(error) });
    }
  };
  const work = async () => {
    while (!signal?.aborted) {
      const next = waiting.shift();
      if (next === undefined) return;
      await deliver(next);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { delivered, dead };
}

const isPassing = (error: unknown): boolean => error instanceof GatehouseError && error.retry;

function reasonOf(error: unknown): Omit<DeadLetter, 'message'> {
  if (!(error instanceof GatehouseError)) {
    return { reason: `internal.bug: ${error instanceof Error ? error.message : String(error)}` };
  }
  const { code, message, hint } = error;
  return { reason: `${code}: ${message}`, ...(hint !== undefined && { hint }) };
}
