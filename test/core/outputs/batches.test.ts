import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedNames } from '../../../core/index/changed-names.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { mergePartials, type NamePartial } from '../../../core/outputs/channeldata/name-partial.ts';
import { currentRepodata } from '../../../core/outputs/current/current-repodata.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { collected, sourceOf } from '../../support/index/form-source.ts';

const nothing = Buffer.from('{}');

function lineOf(filename: string, depends: readonly string[] = []): IndexEntry {
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

test('current_repodata.json tells the md5 of a twin that is no candidate of its batch', async () => {
  const featured = Buffer.from(canonicalJson({ md5: 'cd'.repeat(16), track_features: 'x' }));
  const lines = [
    lineOf('a-1-0.conda'),
    lineOf('a-1-0.tar.bz2'),
    { ...lineOf('a-2-0.tar.bz2'), record: featured } satisfies IndexEntry,
  ];
  const { packages, 'packages.conda': conda } = JSON.parse(await collected(currentRepodata(sourceOf('noarch', lines))));
  expect(Object.keys(packages)).toEqual(['a-2-0.tar.bz2']);
  expect(conda).toMatchObject({ 'a-1-0.conda': { legacy_bz2_md5: 'ab'.repeat(16) } });
});

test('current_repodata.json is the same however few packages of a name a batch has', async () => {
  const name = fc.constantFrom('a', 'a-b', 'a-b-c', 'b.c');
  // Equal ones, pre-releases, with an epoch, with a local part, and what is no version.
  const versions = ['1', '1.0', '1.1', '2', '2.0', '2.0.dev1', '2.0rc1', '2.0_', '2.0+1', '2.0+a', '1!0', '2.'];
  const asked = ['', ' <2', '  1.*', '=1', ' ==1.0', ' * h_2', '[build_number=">0"]', ' # <2', ' \\', ' é'];
  const need = fc.tuple(fc.oneof(name, fc.constantFrom('A', 'x::a', 'c')), fc.constantFrom(...asked));
  const some = fc.record({
    stem: fc.tuple(name, fc.constantFrom(...versions), fc.constantFrom('0', 'h_2')).map((parts) => parts.join('-')),
    format: fc.constantFrom('.conda', '.tar.bz2'),
    kind: fc.constantFrom('listed', 'listed', 'listed', 'withdrawn', 'problem'),
    record: fc.record({
      build_number: fc.nat(2),
      depends: fc.array(
        need.map((parts) => parts.join('')),
        { maxLength: 3 },
      ),
      md5: fc.constantFrom('ab', 'cd').map((hex) => hex.repeat(16)),
      track_features: fc.constantFrom(undefined, '', 'x', ['y']),
    }),
  });
  const selector = ({ stem, format }: { stem: string; format: string }) => stem + format;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(some, { selector, maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      async (all, size) => {
        const lines = all.map(({ stem, format, kind, record }) => {
          const json = Buffer.from(kind === 'listed' ? canonicalJson(record) : '{}');
          return { ...lineOf(stem + format), kind, record: json } satisfies IndexEntry;
        });
        const whole = await collected(currentRepodata(sourceOf('noarch', lines, 100)));
        expect(await collected(currentRepodata(sourceOf('noarch', lines, size)))).toBe(whole);
      },
    ),
    { numRuns: 500 },
  );
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
