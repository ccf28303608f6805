import type { ObjectKey } from '../layout/keys.ts';
import type { ByteSource } from './byte-source.ts';

/** Small facts kept beside an object, as S3 keeps `x-amz-meta-*`: lowercase names, ASCII values. */
export type Metadata = Readonly<Record<string, string>>;

export interface ObjectHead {
  readonly key: ObjectKey;
  /** Opaque; equal tags mean equal bytes. A changed object has a changed tag. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch: when these bytes came to be at this key, or later (S3's LastModified). */
  readonly modified: number;
}

export interface StoredObject extends ObjectHead, ByteSource {
  readonly metadata: Metadata;
}

/** What lies in a store and is no object: mostly in a folder that people touch. */
export interface PassedOver {
  /** As a key would be, a folder's with `/` behind it; characters that cannot be told are U+FFFD. */
  readonly path: string;
  /** `name`: no key can be such. A folder's own objects are listed all the same. */
  readonly kind: 'link' | 'pipe' | 'socket' | 'device' | 'folder' | 'name';
}

/** An object's bytes, all of one version, with the head of that version. */
export interface WholeObject extends ObjectHead {
  readonly bytes: Uint8Array;
}

/** 512 MiB: what is larger cannot become one text in JavaScript, whose strings end there. */
export const maxWholeBytes = 512 * 1024 ** 2;

/** `absent` is S3's `If-None-Match: *`; `etag` is its `If-Match`. Without either the write is unconditional. */
export type Condition = { readonly absent: true } | { readonly etag: string };

export type PutOutcome = { readonly status: 'written'; readonly etag: string } | { readonly status: 'conflict' };

/**
 * Bytes on their way in: written once, read anywhere to be checked, then published whole or thrown away.
 * Nothing is visible under any key before `publish`.
 */
export interface StagedObject extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** The bytes so far; call after the last `write`. */
  source(): Promise<ByteSource>;
  /**
   * Publishes the staged bytes at `key` under `condition`, by default `{ absent: true }`: only if nothing is there.
   * 'conflict' leaves what is there as it was.
   */
  publish(key: ObjectKey, metadata: Metadata, condition?: Condition): Promise<PutOutcome>;
}

/**
 * Where a channel lives: a folder or a bucket. Strongly consistent, as S3 is: a read after a write sees it.
 * Absent is `null`, a lost race is `conflict`, anything else throws.
 */
export interface Store {
  /**
   * The object whole, in one request: however many write it meanwhile, the bytes are those of one version. For documents;
   * what is read in parts is opened with `get`.
   *
   * @param maxBytes more than so many are not read, by default 512 MiB: `store.broken`
   */
  read(key: ObjectKey, maxBytes?: number): Promise<WholeObject | null>;
  /** The object as it is now; its `read` fails if the object changes meanwhile. */
  get(key: ObjectKey): Promise<StoredObject | null>;
  /** Whole small objects in one go; readers see the old or the new bytes, never a part. */
  put(key: ObjectKey, bytes: Uint8Array, condition?: Condition): Promise<PutOutcome>;
  /**
   * Every object whose key starts with `prefix`, in order of key by code point; a page lost midway throws.
   *
   * @param passedOver is told what lies there and is no object, each before what comes behind it in the list. Without it,
   *   what may hide objects (a link to a folder) throws
   */
  list(prefix: string, passedOver?: (what: PassedOver) => void): AsyncIterable<ObjectHead>;
  /** Removes the object; removing what is not there is done already. */
  delete(key: ObjectKey): Promise<void>;
  /** Opens a staging place for bytes of any size; disposing of it unpublished leaves nothing behind. */
  stage(): Promise<StagedObject>;
}
