import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { matchSpecMatches } from '../../../core/names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';
import { needReader } from '../../../core/outputs/current/choose.ts';

const name = fc.constantFrom('a', 'A', 'x::a', 'x:n:a', '__v', 'a=1', 'a>=1', 'ü', '-a', 'a'.repeat(65), ' a');
const asked = ['', ' ', ' 1', '  <2', ' >=1,<2.0a0', ' 1|2.*', ' * h_2', ' 1 0', ' ==1=h_2', '[build_number=">0"]'];
const odd = [
  ' [name=b]',
  ' # <2',
  ' ;x',
  ' \\',
  ' "1"',
  ' é',
  '\t<2',
  ' b:c',
  ' x::c',
  ' 1 0 x',
  ` ${' '.repeat(300)}<2`,
];
const texts = fc.tuple(name, fc.constantFrom(...asked, ...odd)).map((parts) => parts.join(''));
const one = fc.record({
  version: fc.constantFrom('1', '1.0', '2', '2.0a0', '?'),
  build: fc.constantFrom('0', 'h_2'),
  buildNumber: fc.nat(1),
});

test('a dependency means what it would if it were read by itself, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, fc.array(one)), { maxLength: 30 }), (all) => {
      const read = needReader();
      for (const [text, some] of all) {
        const parsed = parseMatchSpec(text);
        const spec = parsed.ok && parsed.spec.channel === null ? parsed.spec : null;
        const need = read(canonicalJson(text).slice(1, -1));
        expect(need?.name).toBe(spec?.name);
        const met = some.map((record) => need?.isMetBy(record));
        const expected = some.map((record) =>
          spec === null
            ? undefined
            : matchSpecMatches(spec, { ...record, name: spec.name, build_number: record.buildNumber }),
        );
        expect(met).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});
