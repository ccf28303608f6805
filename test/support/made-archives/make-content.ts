import { rawMember } from '../archives/build-tar.ts';
import { emptyZip } from '../archives/zip-vectors.ts';
import type { Dice } from './dice.ts';

/** What a reader that steps wrong would take for a member. */
export const hiddenMember = rawMember({ name: 'hidden', data: 'x' });

/** A file's bytes: text, noise, zeros as long as an end of tar, and what looks like archives' own records. */
export const makeContent = (dice: Dice): Uint8Array =>
  dice.pick<() => Uint8Array>([
    () => Buffer.alloc(0),
    () => Buffer.from('x = 1\n'),
    () => Buffer.from('text of some length\n'.repeat(dice.below(60))),
    () => dice.bytes(dice.below(1200)),
    () => Buffer.alloc(dice.pick([1, 511, 512, 513, 1024, 2048])),
    () => hiddenMember,
    () => Buffer.concat([hiddenMember, Buffer.alloc(1024)]),
    () => Buffer.from(emptyZip),
    () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0]),
  ])();

/** Paths that clients install alike; no two share a folder's name with a file's. */
const plainPaths = [
  'lib/a.py',
  'lib/b.py',
  'lib/libfoo.so.1',
  'bin/tool',
  'share/doc/README',
  'share/caf\u00e9.txt',
  'share/\u4e2d\u6587/x',
  'etc/x y.conf',
  `lib/${'n'.repeat(96)}`,
  `lib/${'n'.repeat(97)}`,
  `deep/${'d/'.repeat(50)}x`,
  `wide/${'w'.repeat(150)}`,
  `${'p'.repeat(90)}/${'q'.repeat(90)}`,
  `long/${'l/'.repeat(60)}${'m'.repeat(150)}`,
] as const;

/** Some of them, each once. */
export function makePaths(dice: Dice, most: number): string[] {
  const paths = new Set<string>();
  for (let left = Math.min(1 + dice.below(most), most); left > 0; left--) paths.add(dice.pick(plainPaths));
  return [...paths];
}
