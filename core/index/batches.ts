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
