import { type ObjectKey, objectKeySchema } from '../../../core/layout/keys.ts';
import type { ByteSource } from '../../../core/ports/byte-source.ts';
import type { ObjectHead, Store } from '../../../core/ports/store.ts';

export const key = (text: string): ObjectKey => objectKeySchema.parse(text);

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A source's bytes as text; null for what is absent. */
export async function textOf(source: ByteSource | null): Promise<string | null> {
  return source && Buffer.from(await source.read(0, source.size)).toString('utf8');
}

export async function listed(store: Store, prefix: string): Promise<ObjectHead[]> {
  const heads: ObjectHead[] = [];
  for await (const head of store.list(prefix)) heads.push(head);
  return heads;
}

/** Adds one to a number in the store so many times by compare-and-swap, however often others get there first. */
export async function countUp(store: Store, where: ObjectKey, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const object = await store.get(where);
    // Replaced between the two reads: a lost race too.
    const text = await textOf(object).catch(() => null);
    if (object === null || text === null) continue;
    const outcome = await store.put(where, bytes(`${Number(text) + 1}`), { etag: object.etag });
    if (outcome.status === 'written') done += 1;
  }
}
