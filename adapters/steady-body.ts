import { GatehouseError } from '../core/error.ts';

/** The slowest transfer that is let go on. */
export interface Pace {
  /** Milliseconds spent waiting for bytes. */
  readonly windowMs: number;
  /** Bytes that must come within them. */
  readonly bytes: number;
}

export interface Transfer {
  /** Names it in errors. */
  readonly what: string;
  readonly pace: Pace;
  /** Ends the transfer at once; safe to call when it is over. */
  stop(): void;
}

/**
 * A body that runs at its pace or fails: `upstream.stalled` when fewer bytes than `pace.bytes` came in a window (no
 * byte at all included), `upstream.body` when it was cut. Only the wait for bytes is counted, so that a slow reader
 * is no stall. However the loop over it ends, the transfer is stopped.
 */
export async function* steadyBody(source: AsyncIterable<Uint8Array>, transfer: Transfer): AsyncGenerator<Uint8Array> {
  const clock = startWindows(transfer);
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await clock.wait(iterator.next());
      if (done) return;
      clock.received(value.length);
      yield value;
    }
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('upstream.body', `${transfer.what} was cut (${reason})`, { retry: true, cause });
  } finally {
    transfer.stop();
  }
}

function startWindows({ what, pace }: Transfer) {
  let waited = 0;
  let bytes = 0;
  const newWindow = () => {
    if (bytes < pace.bytes) {
      const detail = `${bytes} bytes in ${pace.windowMs / 1000} s`;
      throw new GatehouseError('upstream.stalled', `${what} comes too slowly (${detail})`, { retry: true });
    }
    waited = 0;
    bytes = 0;
  };
  return {
    received(length: number) {
      bytes += length;
    },
    async wait<T>(next: Promise<T>): Promise<T> {
      // A stall leaves `next` behind; what becomes of it no longer matters.
      next.catch(() => {});
      for (;;) {
        const started = performance.now();
        const came = await within(next, pace.windowMs - waited);
        waited += performance.now() - started;
        if (came !== null) return came.value;
        newWindow();
      }
    },
  };
}

async function within<T>(next: Promise<T>, milliseconds: number): Promise<{ readonly value: T } | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds), null);
  });
  try {
    return await Promise.race([next.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
