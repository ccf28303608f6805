import type { Bzip2 } from '../core/ports/bzip2.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';
import { GatehouseError } from '../core/problems/error.ts';

/** Left of the function's time to log which message failed; a function that is cut off logs nothing. */
const reserveMs = 10_000;

interface Timed {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly bzip2?: Bzip2;
}

/**
 * A fetch, a clock and a bzip2 whose transfers, waits and streams end in an error 10 seconds before the function is cut off, so that the
 * message that took too long fails alone and by name.
 *
 * @param remaining milliseconds left of the function's time
 * @throws GatehouseError `upstream.stalled` (retry), from what it returns
 */
export function withinTime({ fetch, clock, bzip2 }: Timed, remaining: () => number): Timed {
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const left = remaining() - reserveMs;
    if (left <= 0) throw outOfTime();
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(outOfTime()), left);
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    clock: {
      ...clock,
      async sleep(milliseconds) {
        if (milliseconds >= remaining() - reserveMs) throw outOfTime();
        await clock.sleep(milliseconds);
      },
    },
    async fetch(url, headers, from) {
      const response = await within(fetch(url, headers, from));
      return { ...response, body: bodyWithin(response.body, within) };
    },
    ...(bzip2 && { bzip2: (bytes: Uint8Array) => within(bzip2(bytes)) }),
  };
}

async function* bodyWithin(
  body: AsyncIterable<Uint8Array>,
  within: <T>(work: Promise<T>) => Promise<T>,
): AsyncGenerator<Uint8Array> {
  const slices = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(slices.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a read that is stuck ends only with its connection.
    void slices.return?.();
  }
}

const outOfTime = () =>
  new GatehouseError('upstream.stalled', "the function's time is over before its work is", {
    retry: true,
    hint: 'give the function more memory, and with it more network and CPU, or fetch this one with the command line',
  });
