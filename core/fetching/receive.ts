import { type Digests, startDigests } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import type { StagedObject, Store } from '../ports/store.ts';

/** Bytes staged, and what they are. */
export interface Received extends AsyncDisposable {
  readonly staged: StagedObject;
  readonly digests: Digests;
}

export interface Receiver {
  readonly store: Store;
  /** Bytes that must not be exceeded; null when nobody says. */
  readonly size: number | null;
  /** Told how many bytes have come so far, each time another MiB is full. */
  progress(received: number): void;
}

/** 8 GiB: several times the largest package on conda-forge. What a body may have when its record gives no size. */
const mostUnsized = 8 * 1024 ** 3;
const step = 1024 ** 2;

/**
 * Takes in a body in one pass: hashed, counted and staged slice by slice.
 *
 * @throws GatehouseError `fetch.size` (retry) or `upstream.too-large` as soon as too much arrives; the transfer ends
 */
export async function receive(body: AsyncIterable<Uint8Array>, { store, size, progress }: Receiver): Promise<Received> {
  await using held = new AsyncDisposableStack();
  const staged = held.use(await store.stage());
  const digests = startDigests();
  let received = 0;
  for await (const bytes of body) {
    const full = Math.floor(received / step);
    received += bytes.length;
    if (received > (size ?? mostUnsized)) throw tooMuch(size);
    digests.update(bytes);
    await staged.write(bytes);
    if (Math.floor(received / step) > full) progress(received);
  }
  const mine = held.move();
  return { staged, digests: digests.finish(), [Symbol.asyncDispose]: () => mine.disposeAsync() };
}

function tooMuch(size: number | null): GatehouseError {
  if (size === null) return new GatehouseError('upstream.too-large', `more than ${mostUnsized} bytes arrived`);
  return new GatehouseError('fetch.size', `expected size ${size}, more arrived`, { retry: true });
}
