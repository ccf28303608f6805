import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';

/** What pages were last made from. Mutable, under compare-and-swap. */
export interface PageState<T> {
  readonly version: 1;
  /**
   * Rises at every write, and the pages carry it: so a page is replaced by a later one only, and, since S3 makes an ETag of
   * the content, no state ever comes back to a tag that a stalled worker holds.
   */
  readonly generation: number;
  readonly content: T;
  /** Why a project has no file left: all it had were recalled (PEP 792). */
  readonly quarantined?: string | undefined;
}

export interface ReadState<T> {
  /** Null when there is none, or when it is damaged. */
  readonly state: PageState<T> | null;
  /** Of what is there, sound or not; null when nothing is. */
  readonly etag: string | null;
  /** What is wrong with it. */
  readonly damage?: string;
}

/** A state with the ETag under which it was read. */
export async function readState<T>(
  store: Store,
  { stateKey, content }: { readonly stateKey: ObjectKey; readonly content: z.ZodType<T> },
): Promise<ReadState<T>> {
  const object = await store.read(stateKey);
  if (object === null) return { state: null, etag: null };
  const quarantined = z.string().optional();
  const schema = z.strictObject({ version: z.literal(1), generation: z.int().positive(), content, quarantined });
  const text = Buffer.from(object.bytes).toString('utf8');
  try {
    return { state: parseJson(text, schema, stateKey), etag: object.etag };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return { state: null, etag: object.etag, damage: error.message };
  }
}
