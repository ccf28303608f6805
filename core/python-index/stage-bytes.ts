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
 * Finds out before bytes are written, or transferred, that there is no room for all that is to be staged.
 *
 * @throws GatehouseError `store.too-large`
 */
export function expectRoom(bytes: number, { scratch = Number.POSITIVE_INFINITY }: Pick<StageWorld, 'scratch'>): void {
  if (bytes <= scratch) return;
  const hint = 'give this machine or function more scratch space';
  throw new GatehouseError('store.too-large', `${bytes} bytes do not fit into ${scratch} of scratch space`, { hint });
}

/**
 * Stages a stream of bytes as they come, hashed in the same pass.
 *
 * @param held bytes that are staged already
 * @throws GatehouseError `store.too-large` at the first byte that has no room
 */
export async function stageBytes(bytes: AsyncIterable<Uint8Array>, world: StageWorld, held = 0): Promise<Received> {
  await using stack = new AsyncDisposableStack();
  const staged = stack.use(await world.store.stage());
  const hashing = startDigests();
  let size = held;
  for await (const slice of bytes) {
    size += slice.length;
    expectRoom(size, world);
    hashing.update(slice);
    await staged.write(slice);
  }
  const kept = stack.move();
  return { staged, digests: hashing.finish(), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
