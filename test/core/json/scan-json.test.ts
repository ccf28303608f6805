import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOddity } from '../../../core/json/scan-json.ts';

const kindOf = (text: string) => jsonOddity(text)?.kind ?? null;

describe('jsonOddity', () => {
  it.each([
    ['{"a":1,"a":2}', 'duplicate'],
    ['{"a":1, "\\u0061" : 2}', 'duplicate'],
    ['{"x\\"":1,"x\\"":2}', 'duplicate'],
    ['[{"b":{"a":1,"a":2}}]', 'duplicate'],
    ['{"a":{"b":1},"c":[{"b":1}],"a":1}', 'duplicate'],
    ['{"":1,"":2}', 'duplicate'],
    ['9007199254740992', 'number'],
    ['[-9007199254740993]', 'number'],
    ['1e400', 'number'],
    ['1e20', 'number'],
    ['10000000000000000', 'number'],
  ])('finds what is odd in %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '["a","a"]',
    '{"a":"\\"a\\":1","b":"{"}',
    '{"a\\\\":1,"a":2}',
    '9007199254740991',
    '-9007199254740991',
    '0.30000000000000004',
    '1e5',
    '1.5E-30',
    '"90071992547409930"',
  ])('finds nothing in %s', (text) => {
    expect(kindOf(text)).toBeNull();
  });

  it('counts values before all else: what comes behind another oddity is held too', () => {
    const many = `{"a":1,"a":2,"b":[${'0,'.repeat(1_600_001)}0]}`;
    expect(kindOf(many)).toBe('values');
    expect(kindOf(`[${'[],'.repeat(799_990)}[]]`)).toBeNull();
  });

  it('counts the keys of one object', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, i) => `"${i}":0`).join();
    expect(kindOf(`[{${keys(10_000)}},{${keys(10_000)}}]`)).toBeNull();
    expect(kindOf(`[{${keys(10_001)}}]`)).toBe('values');
  });

  it('finds nothing in what JSON writers write', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        fc.pre(!/\d{16}|e\+/.test(text));
        expect(kindOf(text)).toBeNull();
      }),
    );
  });

  it('finds a key that is written twice wherever it stands, in any spelling', () => {
    const escaped = (key: string) =>
      [...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const key = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', '"', '\\', '\n', 'é') });
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.boolean(), (others, again, isEscaped) => {
        const rows = Object.entries({ ...others, [again]: 0 }).map(
          ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        );
        const written = isEscaped ? `"${escaped(again)}"` : JSON.stringify(again);
        fc.pre(!/\d{16}|e\+/.test(rows.join()));
        expect(kindOf(`{${rows.join()}}`)).toBeNull();
        expect(kindOf(`[{${rows.join()},${written} :1}]`)).toBe('duplicate');
      }),
    );
  });

  it('fails at no text', () => {
    const unit = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', 'e', '-', 'a', ' ');
    fc.assert(fc.property(fc.string({ unit, maxLength: 60 }), (text) => void jsonOddity(text)));
  });
});
