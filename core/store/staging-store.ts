import { compareCodePoints } from '../json/json.ts';
import { type ObjectKey, objectKeySchema, privatePrefix } from '../layout/keys.ts';
import { stagedPath } from '../layout/sides.ts';
import type { ObjectHead, PassedOver, StagedObject, Store } from '../ports/store.ts';

/**
 * The part of a store that holds what is staged, as a store of its own: its `conda/` and `simple/` lie at `staging/conda/`
 * and `staging/simple/`, and all that is private below `_gatehouse/staging/`. Every step that works on a channel works on
 * what is staged through it, and nothing that one of them does can touch the other.
 */
export function stagingStore(store: Store): Store {
  return {
    read: async (key, ...maxBytes) => renamed(key, await store.read(stagedKey(key), ...maxBytes)),
    async get(key) {
      const object = await store.get(stagedKey(key));
      if (object === null) return null;
      const { etag, size, modified, metadata } = object;
      return { key, etag, size, modified, metadata, read: (start, end) => object.read(start, end) };
    },
    put: (key, ...what) => store.put(stagedKey(key), ...what),
    delete: (key) => store.delete(stagedKey(key)),
    list: (prefix, passedOver) => list(store, prefix, passedOver),
    async stage() {
      const staged = await store.stage();
      return {
        write: (bytes) => staged.write(bytes),
        source: () => staged.source(),
        publish: (key, ...what) => staged.publish(stagedKey(key), ...what),
        [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
      } satisfies StagedObject;
    },
  };
}

const renamed = <T>(key: ObjectKey, object: T | null): (T & { key: ObjectKey }) | null =>
  object === null ? null : { ...object, key };

const stagedKey = (key: ObjectKey): ObjectKey => objectKeySchema.parse(stagedPath(key));

/** Keys in their order, in which all that is private comes in one run. */
async function* list(
  store: Store,
  prefix: string,
  passedOver: ((what: PassedOver) => void) | undefined,
): AsyncGenerator<ObjectHead, void, void> {
  let isPrivateLeft = prefix !== privatePrefix && privatePrefix.startsWith(prefix);
  for await (const head of within(store, prefix, passedOver)) {
    if (isPrivateLeft && compareCodePoints(head.key, privatePrefix) > 0) {
      isPrivateLeft = false;
      yield* within(store, privatePrefix, passedOver);
    }
    yield head;
  }
  if (isPrivateLeft) yield* within(store, privatePrefix, passedOver);
}

async function* within(
  store: Store,
  prefix: string,
  passedOver: ((what: PassedOver) => void) | undefined,
): AsyncGenerator<ObjectHead, void, void> {
  const at = stagedPath(prefix);
  const own = (path: string) => prefix + path.slice(at.length);
  const told = passedOver && ((what: PassedOver) => passedOver({ ...what, path: own(what.path) }));
  for await (const head of store.list(at, told)) yield { ...head, key: objectKeySchema.parse(own(head.key)) };
}
