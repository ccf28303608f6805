import fc from 'fast-check';
import { canonicalJson, compareCodePoints } from '../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';

const json = (value: unknown) => Buffer.from(canonicalJson(value), 'latin1');

const aFilename = fc
  .tuple(fc.constantFrom('a', 'b', 'b-c', 'b_c', 'zlib'), fc.nat(40), fc.constantFrom('.conda', '.tar.bz2'))
  .map(([name, version, format]) => packageFileNameSchema.parse(`${name}-1.${version}-h_0${format}`));

const aText = fc.string({ unit: fc.constantFrom('x', '"', '\t', '\n', '\\', '{', ',', '\u00e9', '\u{1f40d}') });

/** A line of any kind, with texts that a careless codec would trip over. */
export const aLine: fc.Arbitrary<IndexEntry> = fc
  .record({
    filename: aFilename,
    etag: fc.constantFrom('"v1"', 'a-b-c', '"0123-4"', ''),
    size: fc.nat(),
    kind: fc.constantFrom('listed' as const, 'withdrawn' as const, 'problem' as const),
    override: fc.option(fc.constantFrom('0123456789abcdef', 'x'), { nil: undefined }),
    record: fc.record({ name: aText, depends: fc.array(aText) }).map(json),
    runExports: fc.dictionary(aText, aText).map(json),
    facts: fc.dictionary(aText, aText).map(json),
  })
  .map(({ override, ...line }) => ({ ...line, ...(override !== undefined && { override }) }));

/** Lines in order, each name once. */
export const someLines = fc
  .uniqueArray(aLine, { selector: ({ filename }) => filename, maxLength: 30 })
  .map((lines) => lines.sort((a, b) => compareCodePoints(a.filename, b.filename)));

/** A line that `toEqual` can compare. */
export const readable = ({ record, runExports, facts, ...line }: IndexEntry) => ({
  ...line,
  parts: [record, runExports, facts].map((bytes) => Buffer.from(bytes).toString()),
});
