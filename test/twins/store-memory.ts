import { tooLarge } from '../../adapters/too-large.ts';
import { compareCodePoints } from '../../core/json/json.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { type ByteSource, bytesSource } from '../../core/ports/byte-source.ts';
import {
  type Condition,
  type Metadata,
  maxWholeBytes,
  type ObjectHead,
  type PutOutcome,
  type StagedObject,
  type Store,
  type StoredObject,
  type WholeObject,
} from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';

export type StoreOperation = 'get' | 'read' | 'read whole' | 'put' | 'list' | 'delete' | 'stage' | 'write' | 'publish';

/**
 * What goes wrong: `conflict` answers a conditional write so without applying it (S3's 409 and 412), `broken` throws
 * without applying, `ambiguous` applies and then throws, as when the answer is lost.
 */
export type Fault = 'conflict' | 'broken' | 'ambiguous';

export interface MemoryStoreOptions {
  /**
   * Awaited before an operation takes effect: record it, delay it, hold it at a barrier. In a list, once a page. A write
   * comes with its condition.
   */
  readonly before?: (operation: StoreOperation, key: string, condition?: Condition) => Promise<void> | void;
  readonly fault?: (operation: StoreOperation, key: string) => Fault | undefined;
  /** Objects a page of a list; between pages the store may change, as S3 does. */
  readonly pageSize?: number;
}

export interface Entry {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly metadata: Metadata;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface MemoryStore extends Store {
  /** The objects as they are, past every hook: for assertions. */
  readonly objects: ReadonlyMap<ObjectKey, Entry>;
}

/** What one operation did to the objects; null is absent. */
export interface Change {
  readonly key: ObjectKey;
  readonly before: Entry | null;
  readonly after: Entry | null;
}

/** The objects themselves, apart from any client: several clients, each with hooks of its own, may share one bucket. */
export interface Bucket {
  readonly objects: Map<ObjectKey, Entry>;
  /** Called at the moment a change takes effect. */
  readonly onChange?: (change: Change) => void;
  /** A new tag for every write unless told otherwise; S3's is the MD5 of the bytes, so equal bytes have equal tags. */
  readonly etagOf?: (bytes: Uint8Array) => string;
  /** Milliseconds since the epoch; the system's time unless told otherwise. */
  readonly now?: () => number;
  versions: number;
}

export const newBucket = (behaviour: Pick<Bucket, 'onChange' | 'etagOf' | 'now'> = {}): Bucket => ({
  objects: new Map(),
  versions: 0,
  ...behaviour,
});

interface World extends MemoryStoreOptions {
  readonly bucket: Bucket;
  readonly objects: Bucket['objects'];
}

/** S3 in memory: ETags, conditional writes, paged lists; each operation is atomic at the moment it takes effect. */
export function memoryStore(options: MemoryStoreOptions = {}, bucket: Bucket = newBucket()): MemoryStore {
  const world: World = { bucket, objects: bucket.objects, ...options };
  return {
    objects: world.objects,
    read: (key, maxBytes) => act(world, ['read whole', key], () => wholeObject(world, key, maxBytes)),
    get: (key) => act(world, ['get', key], () => storedObject(world, key)),
    put: async (key, bytes, condition) => {
      const copy = bytes.slice();
      return act(world, ['put', key, condition], (refused) =>
        refused && condition ? lost : write(world, key, { bytes: copy, condition }),
      );
    },
    list: (prefix) => list(world, prefix),
    delete: (key) => act(world, ['delete', key], () => change(world, key, null)),
    stage: () => act(world, ['stage', ''], () => stage(world)),
  };
}

const lost: PutOutcome = { status: 'conflict' };

type Operation = [StoreOperation, string, condition?: Condition | undefined];

async function act<T>(world: World, at: Operation, apply: (refused: boolean) => T): Promise<T> {
  const [operation, key, condition] = at;
  await world.before?.(operation, key, condition);
  const fault = world.fault?.(operation, key);
  if (fault === 'broken') throw broken(at);
  const outcome = apply(fault === 'conflict');
  if (fault === 'ambiguous') throw broken(at);
  return outcome;
}

const broken = ([operation, key]: Operation): GatehouseError =>
  new GatehouseError('store.broken', `injected: ${operation} ${key}`, { retry: true });

interface Writing {
  readonly bytes: Uint8Array;
  readonly condition?: Condition | undefined;
  readonly metadata?: Metadata;
}

function write(world: World, key: ObjectKey, { bytes, condition, metadata = {} }: Writing): PutOutcome {
  const current = world.objects.get(key);
  if (condition && 'absent' in condition && current) return lost;
  if (condition && 'etag' in condition && current?.etag !== condition.etag) return lost;
  world.bucket.versions += 1;
  const etag = world.bucket.etagOf?.(bytes) ?? `"v${world.bucket.versions}"`;
  change(world, key, { bytes, etag, metadata, modified: world.bucket.now?.() ?? Date.now() });
  return { status: 'written', etag };
}

function change({ bucket, objects }: World, key: ObjectKey, after: Entry | null): void {
  const before = objects.get(key) ?? null;
  if (after === null) objects.delete(key);
  else objects.set(key, after);
  if (before !== after) bucket.onChange?.({ key, before, after });
}

function wholeObject({ objects }: World, key: ObjectKey, maxBytes = maxWholeBytes): WholeObject | null {
  const entry = objects.get(key);
  if (entry === undefined) return null;
  const { bytes, etag, modified } = entry;
  if (bytes.length > maxBytes) throw tooLarge(key, bytes.length, maxBytes);
  return { key, etag, modified, size: bytes.length, bytes: bytes.slice() };
}

function storedObject(world: World, key: ObjectKey): StoredObject | null {
  const entry = world.objects.get(key);
  if (!entry) return null;
  const source = bytesSource(entry.bytes);
  const read: ByteSource['read'] = async (start, end) => {
    const same = await act(world, ['read', key], () => world.objects.get(key)?.etag === entry.etag);
    if (!same) throw new GatehouseError('store.conflict', `${key} changed while it was read`, { retry: true });
    return source.read(start, end);
  };
  const { etag, metadata, modified } = entry;
  return { key, etag, metadata, modified, size: source.size, read };
}

function stage(world: World): StagedObject {
  const slices: Uint8Array[] = [];
  let published = false;
  return {
    write: async (bytes) => {
      if (published) throw new GatehouseError('internal.bug', 'a staged object was written to after its publishing');
      const copy = bytes.slice();
      await act(world, ['write', ''], () => slices.push(copy));
    },
    source: async () => bytesSource(Buffer.concat(slices)),
    publish: (key, metadata, condition = { absent: true }) => {
      published = true;
      const writing: Writing = { bytes: Buffer.concat(slices), metadata, condition };
      return act(world, ['publish', key, condition], (refused) => (refused ? lost : write(world, key, writing)));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* list(world: World, prefix: string): AsyncGenerator<ObjectHead> {
  const size = world.pageSize ?? 1000;
  for (let after = ''; ; ) {
    const page = await act(world, ['list', prefix], () => pageAfter(world, prefix, after).slice(0, size));
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < size) return;
    after = last.key;
  }
}

function pageAfter(world: World, prefix: string, after: string): ObjectHead[] {
  return [...world.objects]
    .filter(([key]) => key.startsWith(prefix) && compareCodePoints(key, after) > 0)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, { etag, bytes, modified }]) => ({ key, etag, size: bytes.length, modified }));
}
