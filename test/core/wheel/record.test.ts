import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRecord, writeRecord } from '../../../core/wheel/record.ts';
import { refusalCode } from '../../support/packages/refusal.ts';

const codeOf = (text: string) => {
  try {
    parseRecord(text, 'RECORD');
    return null;
  } catch (error) {
    return refusalCode(error);
  }
};

it('reads back what it writes, whatever the names', () => {
  const path = fc.string({
    unit: fc.constantFrom('a', '/', ',', '"', ' ', '\n', '\r', 'é'),
    minLength: 1,
    maxLength: 12,
  });
  const content = fc.option(fc.record({ sha256: fc.constant('ab'.repeat(32)), size: fc.nat() }));
  const files = fc.uniqueArray(fc.record({ path, content }), { selector: (file) => file.path });
  fc.assert(
    fc.property(files, (recorded) => {
      const rows = [...parseRecord(writeRecord(recorded), 'RECORD')];
      expect(rows.map(([name, row]) => ({ path: name, content: row?.size ?? null }))).toEqual(
        recorded.map((file) => ({ path: file.path, content: file.content?.size ?? null })),
      );
    }),
  );
});

it('takes a row for each of 200,000 files, the most there can be, and no more', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},,\n`).join('');
  expect([codeOf(rows), codeOf(`${rows}more,,\n`)]).toEqual([null, 'wheel.record-row']);
});

it('writes hashes as wheels have them', () => {
  const sha256 = '0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f';
  expect(
    writeRecord([
      { path: 'b,c', content: { sha256, size: 2 } },
      { path: 'R', content: null },
    ]),
  ).toBe('"b,c",sha256=AmOCmYm2_ZVPcrqvL8ZLwuLwHWktTecphuqAj26ZgT8,2\nR,,\n');
});

it.each([
  ['a,sha256=x', 'wheel.record-row'],
  ['a,sha256=x,1,2', 'wheel.record-row'],
  ['a', 'wheel.record-row'],
  ['a,sha256=x,many', 'wheel.record-row'],
  ['a,sha256=x,-1', 'wheel.record-row'],
  ['a,,\na,,', 'wheel.record-row'],
  ['"a,,', 'wheel.record-row'],
  ['"a"b,,', 'wheel.record-row'],
  ['a,md5=x,1', 'wheel.record-hash'],
  ['a,sha1=x,1', 'wheel.record-hash'],
  ['a,shake_128=x,1', 'wheel.record-hash'],
  ['a,x,1', 'wheel.record-hash'],
])('refuses %j', (text, code) => {
  expect(codeOf(text)).toBe(code);
});
