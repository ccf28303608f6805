import { describe, expect, test } from 'vitest';
import { applyHotfix, hotfixOf } from '../../../../core/documents/patches/hotfix.ts';
import type { PatchInstructions } from '../../../../core/documents/patches/patch-file.ts';
import { entryParts } from '../../../../core/outputs/entries/channel-facts.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { parsePatchInstructions } from '../../../support/cli/patch-instructions.ts';

const parse = (instructions: object) =>
  parsePatchInstructions(JSON.stringify({ patch_instructions_version: 1, ...instructions }), 'patches/one.json');
const record = recordSchema.parse({ name: 'a', version: '1', build: '0', build_number: 0, depends: ['b'] });
const records = new Map(['a-1-0.conda', 'a-1-0.tar.bz2', 'a-2-0.conda'].map((name) => [name, record]));

/** The records as the instructions leave them, null where they take one out. */
const patched = (instructions: PatchInstructions) =>
  [...records].map(([filename, one]) => {
    const hotfix = hotfixOf(filename, instructions);
    return [filename, hotfix === null ? one : applyHotfix(one, hotfix)] as const;
  });

describe('patch instructions', () => {
  test('replace values, in a twin too, whose own come last; absent names are not created', () => {
    const instructions = parse({
      packages: { 'a-1-0.tar.bz2': { depends: ['c'], license: 'X' }, 'b-1-0.tar.bz2': { license: 'X' } },
      'packages.conda': { 'a-1-0.conda': { license: 'Y' } },
    });
    expect(patched(instructions)).toEqual([
      ['a-1-0.conda', { ...record, depends: ['c'], license: 'Y' }],
      ['a-1-0.tar.bz2', { ...record, depends: ['c'], license: 'X' }],
      ['a-2-0.conda', record],
    ]);
  });

  test('remove and revoke both of a twin for its .tar.bz2, one for its .conda', () => {
    const left = patched(parse({ remove: ['a-1-0.tar.bz2'] }));
    expect(left.flatMap(([filename, one]) => (one === null ? [filename] : []))).toEqual([
      'a-1-0.conda',
      'a-1-0.tar.bz2',
    ]);
    const revoked = new Map(patched(parse({ revoke: ['a-1-0.conda'] })));
    const depends = ['b', 'package_has_been_revoked'];
    expect(revoked.get('a-1-0.conda')).toEqual({ ...record, depends, revoked: true });
    expect(revoked.get('a-1-0.tar.bz2')).toEqual(record);
  });

  test.each(['run_exports', 'indexed_timestamp', 'sha256', 'name', 'url', 'fn', 'channel'])(
    'may not touch %s',
    (key) => {
      const patch = { packages: { 'a-1-0.tar.bz2': { [key]: 'x' } } };
      expect(() => parse(patch)).toThrow(`patches/one.json at packages.a-1-0.tar.bz2.${key}: cannot be patched`);
    },
  );

  test('a build number may be set, and what is set is written as all clients read it', () => {
    const set = { build_number: 7, depends: ['C>=1'], timestamp: 1505136837.5 };
    const [, [, shown] = []] = patched(parse({ packages: { 'a-1-0.tar.bz2': set } }));
    expect(shown).toEqual({ ...record, build_number: 7, depends: ['c >=1'], timestamp: 1505136837500 });
  });

  test('may set keys that are not known here, but none that looks like a misspelt one', () => {
    const patch = (key: string) => ({ 'packages.conda': { 'a-1-0.conda': { [key]: ['c'] } } });
    for (const key of ['features', 'namespace', 'app_entry', 'flags']) parse(patch(key));
    expect(() => parse(patch('depend'))).toThrow('.depend: is no key of a record: did you mean "depends"?');
    expect(() => parse(patch('constraints'))).toThrow('did you mean "constrains"?');
  });

  test.each([
    [{ patch_instructions_version: 2 }, 'is not a version that is known here'],
    [{ pakcages: {} }, 'pakcages'],
    [{ remove: 'a-1-0.conda' }, 'at remove'],
  ])('that are wrong are refused: %j', (instructions, message) => {
    expect(() => parse(instructions)).toThrow(message);
  });

  test.each([
    [
      { packages: { 'a-1-0.tar.bz2': { depends: 'c' } } },
      'at packages.a-1-0.tar.bz2.depends: does not fit: Invalid input',
    ],
    [{ packages: { 'a-1-0.tar.bz2': { depends: ['other::c'] } } }, '"other::c" is no dependency'],
    [{ packages: { 'a-1-0.tar.bz2': { constrains: ['c >>1'] } } }, '"c >>1" is no dependency'],
    [{ packages: { 'a-1-0.tar.bz2': { depends: ['c[build_number=1]'] } } }, '"c[build_number=1]" is no dependency'],
    [{ packages: { 'a-1-0.tar.bz2': { license: ['X'] } } }, 'license: is nothing that every client can read'],
    [{ packages: { 'a-1-0.tar.bz2': { track_features: [1] } } }, 'track_features: is nothing that every client'],
    [{ packages: { 'a-1-0.tar.bz2': { app_entry: [2 ** 60] } } }, 'a whole number beyond 2^53'],
    [{ packages: { 'a-1-0.tar.bz2': { record_version: 2 } } }, 'record_version: is not known'],
    [{ packages: { 'a-1-0.conda': {} } }, 'is not the name of a .tar.bz2 package'],
    [{ 'packages.conda': { 'a-1.conda': {} } }, 'is not the name of a .conda package'],
    [{ revoke: ['a'] }, 'is no package file name'],
  ])('that say what no record may are refused: %j', (instructions, message) => {
    expect(() => parse(instructions)).toThrow(message);
  });
});

describe('what a line says', () => {
  const info = { runExports: null, infoFiles: {} };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  test('when it entered, whatever upstream says of that', () => {
    const parts = entryParts({ ...record, indexed_timestamp: 1 }, info, { firstSeen: 5 });
    expect(parts.record).toEqual({ ...record, indexed_timestamp: 5 });
    expect([text(parts.runExports), text(parts.facts)]).toEqual(['{}', '{}']);
  });

  test('its record with and without its hotfix', () => {
    const parts = entryParts(record, info, { firstSeen: 5, hotfix: { set: { depends: [] } } });
    expect(parts.record).toEqual({ ...record, depends: [], indexed_timestamp: 5 });
    expect(JSON.parse(text(parts.facts))).toEqual({ unpatched: { ...record, indexed_timestamp: 5 } });
    expect(entryParts(record, info, { firstSeen: 5, hotfix: { removed: true } }).record).toBe(null);
  });
});
