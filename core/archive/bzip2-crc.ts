/** CRC-32 as bzip2 has it: the polynomial of ZIP's, but the most significant bit first. */
const polynomial = 0x04c11db7;
/** Bytes taken at once, each by a table of its own: 256 entries for the last of them, then for the one before it. */
const stride = 8;

const tables = new Int32Array(stride * 256);
for (let value = 0; value < 256; value++) {
  let crc = value << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ polynomial : crc << 1;
  tables[value] = crc;
}
for (let i = 256; i < tables.length; i++) {
  const crc = tables[i - 256] ?? 0;
  tables[i] = (crc << 8) ^ (tables[crc >>> 24] ?? 0);
}

const by = (place: number, byte: number): number => tables[(place << 8) | byte] ?? 0;

/** A running CRC, -1 at its start and inverted at its end, over more bytes. */
export function updateCrc(crc: number, bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % stride);
  let sum = crc;
  const at = (i: number): number => bytes[i] ?? 0;
  for (let i = 0; i < whole; i += stride) {
    const high = by(7, (sum >>> 24) ^ at(i)) ^ by(6, ((sum >>> 16) & 255) ^ at(i + 1));
    const low = by(5, ((sum >>> 8) & 255) ^ at(i + 2)) ^ by(4, (sum & 255) ^ at(i + 3));
    sum = high ^ low ^ by(3, at(i + 4)) ^ by(2, at(i + 5)) ^ by(1, at(i + 6)) ^ by(0, at(i + 7));
  }
  for (let i = whole; i < bytes.length; i++) sum = (sum << 8) ^ by(0, (sum >>> 24) ^ at(i));
  return sum;
}
