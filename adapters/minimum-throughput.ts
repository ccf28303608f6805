import { GatehouseError } from '../core/problems/error.ts';

/** A slowest transfer that is let go on: at least so many bytes in every window. */
export interface Throughput {
  /** Milliseconds spent waiting for bytes. */
  readonly windowMs: number;
  readonly bytes: number;
}

export interface Transfer {
  /** Names it in errors. */
  readonly what: string;
  readonly minimum: Throughput;
  /** Ends the transfer at once; safe to call when it is over. */
  stop(): void;
}

/**
 * A body that comes fast enough or fails: `upstream.stalled` when fewer than `minimum.bytes` came in a window (no byte at
 * all included), `upstream.body` when it was cut. Only the wait for bytes is counted, so that a slow reader is no stall.
 * However the loop over it ends, the transfer is stopped.
 */
export async function* withMinimumThroughput(
  source: AsyncIterable<Uint8Array>,
  transfer: Transfer,
): AsyncGenerator<Uint8Array> {
  const window = { waitedMs: 0, bytes: 0 };
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await waitInWindows(iterator.next(), window, transfer);
      if (done) return;
      window.bytes += value.length;
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

/** Waits for `next`. Each window that is over meanwhile must have had its bytes; then another begins. */
async function waitInWindows<T>(
  next: Promise<T>,
  window: { waitedMs: number; bytes: number },
  { what, minimum }: Transfer,
): Promise<T> {
  // A stall leaves `next` behind; what becomes of it no longer matters.
  next.catch(() => {});
  for (;;) {
    const started = performance.now();
    const came = await within(next, minimum.windowMs - window.waitedMs);
    window.waitedMs += performance.now() - started;
    if (came !== null) return came.value;
    if (window.bytes < minimum.bytes) {
      const detail = `${window.bytes} bytes in ${minimum.windowMs / 1000} s`;
      throw new GatehouseError('upstream.stalled', `${what} comes too slowly (${detail})`, { retry: true });
    }
    window.waitedMs = 0;
    window.bytes = 0;
  }
}

/** The value that `next` resolves to, or null when it takes longer. */
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
