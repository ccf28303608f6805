/** The outcomes of `work` in the order of the items, at most `limit` under way at once; the first failure ends it. */
export async function* mapInOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const started = work(item);
    // One that fails behind another that failed has nobody to wait for it.
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
