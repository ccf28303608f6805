import { startDigests } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Received } from '../upstream/download.ts';

export interface StageWorld {
  readonly store: Store;
  /** Bytes that may be staged at once: a file, what is read of it and what is made of that; any number without it. */
  readonly scratch?: number;
}

/**
 * Stages a stream of bytes as they come, hashed in the same pass.
 *
 * @param held bytes that are staged already
 * @throws GatehouseError `store.too-large` at the first byte that has no room
 */
export async function stageBytes(
  bytes: AsyncIterable<Uint8Array>,
  { store, scratch = Number.POSITIVE_INFINITY }: StageWorld,
  held = 0,
): Promise<Received> {
  await using stack = new AsyncDisposableStack();
  const staged = stack.use(await store.stage());
  const hashing = startDigests();
  let size = held;
  for await (const slice of bytes) {
    size += slice.length;
    if (size > scratch) {
      const hint = 'give this machine or function more scratch space';
      throw new GatehouseError('store.too-large', `what it is made of and it do not fit into ${scratch} bytes`, {
        hint,
      });
    }
    hashing.update(slice);
    await staged.write(slice);
  }
  const kept = stack.move();
  return { staged, digests: hashing.finish(), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
