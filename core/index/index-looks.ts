import { batches } from './batches.ts';
import type { IndexPackageWorld } from './index-package.ts';
import { mapInOrder } from './map-in-order.ts';
import type { LineChange } from './state/line-change.ts';
import type { Look } from './state/look.ts';
import { takeLook } from './take-look.ts';

/** {@link takeLook} for several packages, done by others; null when they are too few to be worth it. */
export type IndexElsewhere = (looks: readonly Look[]) => Promise<readonly (LineChange | null)[]> | null;

export interface IndexLooksWorld extends IndexPackageWorld {
  readonly elsewhere?: IndexElsewhere | undefined;
}

/** Packages read at once: enough that a bucket's latency hides, few enough that their windows stay small. */
const concurrency = 16;
/** Packages handed over at once: what handing over costs is shared among them. */
const batch = 8;
/** Batches under way: two for each of a few threads, and one or more here. */
const abreast = 8;

/** The new lines of packages that were looked at, in the order of the looks; none of one that stays as it was. */
export async function* indexLooks(
  looks: AsyncIterable<Look>,
  world: IndexLooksWorld,
): AsyncGenerator<LineChange, void, void> {
  const here = (look: Look) => takeLook(look, world);
  const { elsewhere } = world;
  if (elsewhere === undefined) {
    yield* present(mapInOrder(looks, concurrency, here));
    return;
  }
  const there = async ({ items }: { readonly items: readonly Look[] }) =>
    elsewhere(items) ?? Promise.all(items.map(here));
  for await (const changes of mapInOrder(batches(looks, batch), abreast, there)) yield* present(changes);
}

async function* present<T>(items: AsyncIterable<T | null> | Iterable<T | null>): AsyncGenerator<T, void, void> {
  for await (const item of items) if (item !== null) yield item;
}
