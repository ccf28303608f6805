/** Bytes of a known length, from the start at each call. */
export interface SizedBytes {
  /** Bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Makes sized bytes of what is in memory; a text is its UTF-8. */
export function sizedBytes(content: string | Uint8Array): SizedBytes {
  const bytes = Buffer.from(content);
  return { size: bytes.length, open: () => [bytes] };
}
