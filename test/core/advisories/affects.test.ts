import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../../core/advisories/advisory.ts';
import { rangesOf } from '../../../core/advisories/affected-ranges.ts';
import { affects } from '../../../core/advisories/affects.ts';

const advisory = (told: Partial<Advisory>): Advisory => ({
  ...{ id: 'X-1', aliases: [], published: 0, modified: 0, withdrawn: null, summary: '', malicious: false },
  ...{ score: null, versions: [], ranges: [], unreadable: null },
  ...told,
});
const range = (...events: Readonly<Record<string, string>>[]) =>
  advisory({ ranges: rangesOf({ type: 'ECOSYSTEM', events }) });

describe('an advisory', () => {
  it.each([
    ['1.82.7', 'listed'],
    ['1.82.7.0', 'listed'],
    ['v1.82.7', 'listed'],
    ['1.82.7+cu118', 'listed'],
    ['1.82.6', 'no'],
    ['1.82.70', 'no'],
    ['1.82.7rc1', 'no'],
    ['1.82.7.post1', 'no'],
    ['not a version', 'unclear'],
    [null, 'unclear'],
  ])('that lists 1.82.7 and 1.82.8 says of %s: %s', (version, said) => {
    expect(affects(advisory({ versions: ['1.82.7', '1.82.8'] }), version)).toBe(said);
  });

  it.each([
    ['0.1', 'within'],
    ['2.0.dev1', 'within'],
    ['2.0rc1', 'within'],
    ['2.0', 'no'],
    ['2.0.0', 'no'],
    ['2.0.0+local', 'no'],
    ['2.1', 'no'],
    ['3.0', 'within'],
    ['3.5', 'within'],
    ['3.5+cu118', 'within'],
    ['3.5.1', 'no'],
    ['1!0', 'no'],
  ])('of all before 2.0, and of 3.0 to 3.5, says of %s: %s', (version, said) => {
    const events = [{ last_affected: '3.5' }, { introduced: '3.0' }, { fixed: '2.0' }, { introduced: '0' }];
    expect(affects(range(...events), version)).toBe(said);
  });

  it('that says nothing of releases, or not so that it can be told, is unclear, and one that lists besides is not', () => {
    expect(affects(advisory({}), '1.0')).toBe('unclear');
    expect(affects(advisory({ ranges: rangesOf({ type: 'GIT', events: [{ introduced: '0' }] }) }), '1.0')).toBe(
      'unclear',
    );
    expect(affects(range({ introduced: 'the start' }), '1.0')).toBe('unclear');
    expect(affects(range({ introduced: '1.0' }, { fixed: 'soon' }), '3')).toBe('unclear');
    expect(affects(advisory({ versions: ['1.0', 'all'] }), '1.0')).toBe('listed');
    expect(affects(advisory({ versions: ['1.0', 'all'] }), '2.0')).toBe('unclear');
    expect(affects(advisory({ versions: ['1.0'], unreadable: 'damaged' }), '2.0')).toBe('unclear');
  });

  it('of all releases, without an end, is about each', () => {
    for (const version of ['0.0.0.dev0', '1.0', '99!1'])
      expect(affects(range({ introduced: '0' }), version)).toBe('within');
  });

  /** OSV's own algorithm (its schema, "Evaluation"), over whole numbers. */
  const evaluated = (events: readonly (readonly [kind: string, at: number])[], version: number) => {
    let isAffected = false;
    for (const [kind, at] of [...events].sort((a, b) => a[1] - b[1])) {
      if (kind === 'introduced') isAffected ||= version >= at;
      else isAffected &&= kind === 'fixed' ? version < at : version <= at;
    }
    return isAffected;
  };

  it("is about the releases that OSV's algorithm says, however its events are ordered", () => {
    const at = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    const kinds = fc.array(fc.constantFrom('introduced', 'fixed', 'last_affected'), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(at, kinds, fc.nat(45), (places, named, version) => {
        const events = places.map((place, i) => [named[i] ?? 'introduced', place] as const);
        fc.pre(events.some(([kind]) => kind === 'introduced'));
        const told = range(...events.map(([kind, place]) => ({ [kind]: `${place}.0` })));
        expect(affects(told, `${version}`) === 'within').toBe(evaluated(events, version));
      }),
    );
  });
});
