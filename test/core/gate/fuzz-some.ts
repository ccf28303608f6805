// Reads tampered files as the gate does, and tells its parent after each hundred how it went: node fuzz-some.ts FROM COUNT.
import { changeReal } from '../../support/made-archives/change-real.ts';
import { type Dice, dice } from '../../support/made-archives/dice.ts';
import { makeFile } from '../../support/made-archives/make-file.ts';
import { type FileToJudge, ourReading } from '../../support/readers/our-reading.ts';
import { realFiles } from '../../support/readers/real-files.ts';

/** Real files that take milliseconds, so that there is time for many. */
const smallBytes = 30_000;
const small = [...realFiles()].filter(({ bytes }) => bytes.length < smallBytes);

async function tamperedFile(seed: number): Promise<FileToJudge> {
  const cast = dice(seed);
  const real = small[cast.below(small.length)];
  if (!real || cast.chance(0.4))
    return makeFile(cast.pick(['conda', 'tar.bz2', 'wheel', 'sdist.tar.gz', 'sdist.zip']), seed);
  // Some real files are refused already, and cannot be taken apart.
  const changed = cast.chance(0.6) ? await changeReal(cast, real.kind, real.bytes).catch(() => null) : null;
  return { ...real, bytes: changed ?? damaged(cast, real.bytes) };
}

/** Bits flipped, a piece cut out, doubled or overwritten. */
function damaged(cast: Dice, bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = cast.below(copy.length);
  const length = cast.below(Math.min(600, copy.length));
  return cast.pick([
    () => copy.subarray(0, at),
    () => Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]),
    () => Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]),
    () => copy.fill(cast.below(256), at, Math.min(at + length, copy.length)),
    () => flipSome(cast, copy),
    () => flipSome(cast, copy),
  ])();
}

function flipSome(cast: Dice, bytes: Buffer): Buffer {
  for (let left = 1 + cast.below(5); left > 0; left--) {
    const at = cast.below(bytes.length);
    bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << cast.below(8)), at);
  }
  return bytes;
}

const [from = 0, count = 0] = process.argv.slice(2).map(Number);
const told = { read: 0, refused: 0, slowestMs: 0, peakRss: 0, broken: '' };
for (let seed = from; seed < from + count; seed++) {
  const file = await tamperedFile(seed);
  const start = performance.now();
  try {
    const { code } = await ourReading(file);
    if (code === null) told.read++;
    else told.refused++;
  } catch (error) {
    told.broken ||= `seed ${seed}: ${String(error)}`;
  }
  told.slowestMs = Math.max(told.slowestMs, performance.now() - start);
  told.peakRss = Math.max(told.peakRss, process.memoryUsage.rss());
  if ((seed - from) % 100 === 99 || seed === from + count - 1) process.send?.(told);
}
process.disconnect?.();
