import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { writeTar } from '../../../core/archive/tar/write-tar.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { quickBzip2 } from '../../../local/sample/build-package.ts';
import { joined } from '../../support/packages/refusal.ts';
import { startPython } from './python-oracle.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** Python ends a name at NUL, takes a final `/` for a folder's, and drops it; so does no archive of ours. */
const path = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 150 })
  .filter((text) => !text.includes('\0') && !text.endsWith('/') && !text.includes('\\'));
const nearLimit = fc
  .tuple(fc.constantFrom('', '\u00e9'), fc.integer({ min: 84, max: 103 }))
  .map(([first, length]) => first + 'x'.repeat(length));
const content = fc.uint8Array({ maxLength: 1100 });

test('tarfile reads what write-tar writes', async () => {
  using python = startPython();
  const member = fc.record({ path: fc.oneof(path, nearLimit), content, mode: fc.constantFrom(0o644, 0o755) });
  await fc.assert(
    fc.asyncProperty(fc.array(member), fc.nat(2 ** 32), async (members, mtime) => {
      const expected = members.map((m) => [m.path, m.mode, mtime, 0, 0, true, base64(m.content)]);
      const files = members.map((m) => ({ ...m, ...sizedBytes(m.content) }));
      expect(await python.read('tar', await joined(writeTar(files, mtime)))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('zipfile reads what write-zip writes, and every CRC holds', async () => {
  using python = startPython();
  const members = fc.uniqueArray(fc.record({ name: path, content }), { selector: ({ name }) => name });
  await fc.assert(
    fc.asyncProperty(members, async (given) => {
      const expected = given.map((m) => [m.name, 0, base64(m.content)]);
      const files = await Promise.all(given.map((m) => measured(m.name, sizedBytes(m.content).open)));
      expect(await python.read('zip', await joined(writeZip(files, 0)))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('bz2 reads what bzip2-write writes', async () => {
  using python = startPython();
  const run = fc
    .tuple(fc.nat(255), fc.integer({ min: 1, max: 600 }))
    .map(([byte, length]) => Buffer.alloc(length, byte));
  const runs = fc.array(run, { maxLength: 300 }).map((parts) => Buffer.concat(parts));
  await fc.assert(
    fc.asyncProperty(fc.oneof(content, runs), async (bytes) => {
      expect(await python.read('bz2', await quickBzip2(bytes))).toBe(base64(bytes));
    }),
    { numRuns: 150 },
  );
});
