import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePartials, type NamePartial } from '../../../core/forms/channeldata/partial.ts';
import { currentRepodata } from '../../../core/forms/current/current-repodata.ts';
import { changedNames } from '../../../core/forms/shards/changed-names.ts';
import type { IndexLine } from '../../../core/index/state/index-line.ts';
import { canonicalJson } from '../../../core/json.ts';
import { packageFileNameSchema } from '../../../core/package-file-name.ts';
import { collected, sourceOf } from '../../support/form-source.ts';

const nothing = Buffer.from('{}');

function lineOf(filename: string, depends: readonly string[] = []): IndexLine {
  const name = packageFileNameSchema.parse(filename);
  const record = Buffer.from(canonicalJson({ depends, md5: 'ab'.repeat(16) }));
  return { filename: name, etag: '', size: 1, kind: 'listed', record, runExports: nothing, facts: nothing };
}

test('parts of channeldata merge to the same however they are grouped', () => {
  // 1.0 and 1.0.0 are equal, `?` is no version.
  const held = fc.tuple(fc.constantFrom('1.0', '1.0.0', '1.1', '?'), fc.nat(3), fc.nat(9));
  const build = fc.tuple(fc.nat(3), fc.constant<[]>([]), fc.nat(9));
  const partial: fc.Arbitrary<NamePartial> = fc.record({
    timestamp: fc.nat(3),
    fields: fc.record({ home: held, license: held }, { requiredKeys: [] }),
    versions: fc.dictionary(fc.constantFrom('1.0', '1.1'), build),
  });
  fc.assert(
    fc.property(partial, partial, partial, (a, b, c) => {
      expect(mergePartials(mergePartials(a, b), c)).toEqual(mergePartials(a, mergePartials(b, c)));
    }),
  );
});

test('current_repodata.json has what a pre-release needs that is chosen with its release, in whatever batch it is', async () => {
  const lines = [
    lineOf('_x-1-0.conda'),
    lineOf('a-2.0-0.conda'),
    lineOf('a-2.0.dev1-0.conda', ['b <2']),
    lineOf('a-2.0.dev2-0.conda'),
    lineOf('b-1-0.conda'),
    lineOf('b-2-0.conda'),
  ];
  const whole = await collected(currentRepodata(sourceOf('noarch', lines, 10)));
  expect(Object.keys(JSON.parse(whole)['packages.conda'])).toEqual(lines.map(({ filename }) => filename));
  expect(await collected(currentRepodata(sourceOf('noarch', lines, 2)))).toBe(whole);
});

test.each([
  ['record', { record: Buffer.from('{"a":1}') }],
  ['run_exports', { runExports: Buffer.from('{"weak":["a"]}') }],
  ['kind', { kind: 'withdrawn' as const }],
])('a change of the %s changes the name, one of the ETag does not', (_, change) => {
  const line = lineOf('a-b-1-0.conda');
  expect(changedNames([line], [{ ...line, etag: 'other' }])).toEqual(new Set());
  expect(changedNames([line], [{ ...line, ...change }])).toEqual(new Set(['a-b']));
  expect(changedNames([line], [])).toEqual(new Set(['a-b']));
});
