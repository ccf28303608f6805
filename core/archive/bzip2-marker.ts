/** The 48 bits that start each block: the digits of pi; and those that end a stream: of its root. */
const blockMarker = 0x314159265359n;
const endMarker = 0x177245385090n;

/** A marker starts at any bit, so it can reach into a seventh byte. */
export const markerSpan = 7;

/** What stands at a bit position; null when it is no marker. Missing bytes count as zeros. */
export function markerAt(bytes: Uint8Array, bit: number): 'block' | 'end' | null {
  const from = Math.floor(bit / 8);
  let value = 0n;
  for (let i = 0; i < markerSpan; i++) value = (value << 8n) | BigInt(bytes[from + i] ?? 0);
  const marker = (value >> BigInt(8 - (bit % 8))) & 0xffff_ffff_ffffn;
  if (marker === blockMarker) return 'block';
  return marker === endMarker ? 'end' : null;
}

/**
 * For each place of a byte behind a marker's first, and each value: the 16 ways (2 markers, 8 bit offsets) that agree.
 * Three whole bytes leave one false way in a million, so few places are looked at twice.
 */
const agreeing = [1, 2, 3].map((place) => {
  const table = new Uint16Array(256);
  for (const [i, marker] of [blockMarker, endMarker].entries()) {
    for (let bit = 0; bit < 8; bit++) {
      const value = Number((marker >> BigInt(40 - place * 8 + bit)) & 0xffn);
      table[value] = (table[value] ?? 0) | (1 << (i * 8 + bit));
    }
  }
  return table;
});

/** The first byte, from `from` on, in which a marker starts; -1 when there is none that lies whole in `bytes`. */
export function findMarker(bytes: Uint8Array, from: number): number {
  const [first = agreeingNone, second = agreeingNone, third = agreeingNone] = agreeing;
  const last = bytes.length - markerSpan;
  for (let at = from; at <= last; at++) {
    const ways = waysAt(first, bytes[at + 1]) & waysAt(second, bytes[at + 2]) & waysAt(third, bytes[at + 3]);
    if (ways !== 0 && startsIn(bytes, at)) return at;
  }
  return -1;
}

const agreeingNone = new Uint16Array(256);
const waysAt = (table: Uint16Array, byte: number | undefined): number => table[byte ?? 0] ?? 0;

function startsIn(bytes: Uint8Array, at: number): boolean {
  for (let bit = 0; bit < 8; bit++) if (markerAt(bytes, at * 8 + bit) !== null) return true;
  return false;
}
