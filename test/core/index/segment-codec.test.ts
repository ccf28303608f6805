import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment, recordsOf } from '../../../core/index/segment-codec.ts';
import { readable, someLines } from '../../support/index/index-lines.ts';

const damaged = expect.objectContaining({ code: 'state.damaged' });

describe('a segment', () => {
  it('gives back the lines it was made of', () => {
    fc.assert(
      fc.property(someLines, (lines) => {
        expect(decodeSegment(encodeSegment(lines)).map(readable)).toEqual(lines.map(readable));
      }),
    );
  });

  it('begins with what repodata.json holds of it', () => {
    fc.assert(
      fc.property(someLines, (lines) => {
        const run = Buffer.from(recordsOf(encodeSegment(lines))).toString();
        const listed = lines.filter(({ kind }) => kind === 'listed');
        const expected = listed.map(({ filename, record }) => [filename, JSON.parse(Buffer.from(record).toString())]);
        expect(Object.entries(JSON.parse(`{${run.slice(0, -1)}}`))).toEqual(expected);
      }),
    );
  });

  it('is refused when cut off anywhere but between rows, and never read as other lines with all their fields', () => {
    fc.assert(
      fc.property(someLines, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (lines, share) => {
        const whole = encodeSegment(lines);
        const cut = whole.subarray(0, Math.floor(share * whole.length));
        const betweenRows = cut.at(-1) === 0x0a;
        const decoded = () => decodeSegment(cut);
        if (!betweenRows) expect(decoded).toThrow(damaged);
        else fc.pre(false);
      }),
    );
  });

  it.each([
    ['no end of the records', ''],
    ['a row without all fields', '\na-1-0.conda\te\t1\n'],
    ['a size that is no number', '\na-1-0.conda\te\t1e3\twithdrawn\t\t{}\t{}\t{}\n'],
    ['a negative size', '\na-1-0.conda\te\t-1\twithdrawn\t\t{}\t{}\t{}\n'],
    ['an unknown kind', '\na-1-0.conda\te\t1\tlist\t\t{}\t{}\t{}\n'],
    ['a name that is no package', '\na-1-0.zip\te\t1\twithdrawn\t\t{}\t{}\t{}\n'],
    ['names out of order', `\n${['b', 'a'].map((n) => `${n}-1-0.conda\te\t1\twithdrawn\t\t{}\t{}\t{}\n`).join('')}`],
    ['a name twice', `\n${['a', 'a'].map((n) => `${n}-1-0.conda\te\t1\twithdrawn\t\t{}\t{}\t{}\n`).join('')}`],
    ['a record of another name', '"b-1-0.conda":{},\na-1-0.conda\te\t1\tlisted\t\t2\t{}\t{}\n'],
    ['a record too long', '"a-1-0.conda":{},\na-1-0.conda\te\t1\tlisted\t\t3\t{}\t{}\n'],
    ['a record too short', '"a-1-0.conda":{"x":1},\na-1-0.conda\te\t1\tlisted\t\t2\t{}\t{}\n'],
    ['a record without a row', '"a-1-0.conda":{},\n'],
    ['a row without a record', '\na-1-0.conda\te\t1\tlisted\t\t2\t{}\t{}\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeSegment(Buffer.from(text))).toThrow(damaged);
  });
});
