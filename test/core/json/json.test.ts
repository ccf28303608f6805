import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson, compareCodePoints, parseJson } from '../../../core/json/json.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('parseJson', () => {
  it('refuses what is nested deeper than 64 levels, a million included', () => {
    expect(() => parseJson(nested(64), z.unknown(), 'a file')).not.toThrow();
    expect(() => parseJson(nested(65), z.unknown(), 'a file')).toThrow('a file is nested deeper than 64 levels');
    expect(() => parseJson(nested(1_000_000), z.unknown(), 'a file')).toThrow('nested deeper');
  });

  it('names the document, the place and the fault', () => {
    const schema = z.object({ a: z.object({ b: z.number() }) });
    expect(() => parseJson('{"a":{"b":"c"}}', schema, 'a file')).toThrow(/^a file at a\.b: /);
    expect(() => parseJson('{', schema, 'a file')).toThrow('a file is not JSON');
  });
});

describe('canonicalJson', () => {
  it('leaves undefined members out', () => {
    expect(canonicalJson({ b: undefined, a: [1] })).toBe('{"a":[1]}');
  });
});

describe('compareCodePoints', () => {
  it('orders as the code points do, beyond the basic plane too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareCodePoints('\uffff', '\u{10000}')).toBeLessThan(0);
  });
});
