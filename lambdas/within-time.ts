import { GatehouseError } from '../core/error.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Fetch } from '../core/ports/fetch.ts';

/** What is left for the message to fail by name, and not by the end of the function. Milliseconds. */
const reserve = 10_000;

interface Timed {
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/**
 * The same world, in which transfers and waits end in an error shortly before the function would.
 *
 * @param remaining milliseconds left of the function's time
 */
export function withinTime({ fetch, clock }: Timed, remaining: () => number): Timed {
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const left = remaining() - reserve;
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
        if (milliseconds >= remaining() - reserve) throw outOfTime();
        await clock.sleep(milliseconds);
      },
    },
    async fetch(url, headers) {
      const response = await within(fetch(url, headers));
      return { ...response, body: bodyWithin(response.body, within) };
    },
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
    // Not awaited: what is stuck in a read ends with its connection.
    void slices.return?.();
  }
}

const outOfTime = () =>
  new GatehouseError('upstream.stalled', "the function's time is over before the transfer is", {
    retry: true,
    hint: 'give the function more memory, and with it more network, or fetch this one with the command line',
  });
