/** The outcomes of `work` in the order of the items, at most `limit` under way at once; the first failure ends it. */
export async function* mapInOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const started = work(item);
    // Work that fails behind other work that failed has nobody to wait for it, and would end the process unhandled.
    started.catch(() => undefined);
    running.push(started);
    const [first] = running;
    if (running.length >= limit && first !== undefined) {
      yield await first;
      running.shift();
    }
  }
  for (const rest of running) yield await rest;
}

/**
 * Does the work of all items, at most `limit` under way at once. After a failure none is begun any more, and it is thrown when
 * those under way are over, so that nothing is done behind the caller's back.
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = [...items].values();
  let isFailing = false;
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (isFailing) return;
      await work(item).catch((error: unknown) => {
        isFailing = true;
        throw error;
      });
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: limit }, worker));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export interface Batch<T> {
  readonly items: readonly T[];
  readonly last: boolean;
}

/** Items in batches of `size`, the last one shorter, and empty when there are none. */
export async function* batches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<Batch<T>, void, void> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.length === size) {
      yield { items: batch, last: false };
      batch = [];
    }
    batch.push(item);
  }
  yield { items: batch, last: true };
}
