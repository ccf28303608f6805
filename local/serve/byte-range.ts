export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

const oneRange = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The part of `size` bytes that a Range header asks for (RFC 9110 14.2): `bytes=5-`, `bytes=5-9`, `bytes=-5`.
 * Null where the header is to be ignored (absent, malformed, another unit, several ranges).
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = oneRange.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? null : suffixRange(Number(last), size);
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
}

function suffixRange(length: number, size: number): ByteRange | 'unsatisfiable' | null {
  if (length === 0) return 'unsatisfiable';
  return size === 0 ? null : { start: Math.max(0, size - length), end: size };
}
