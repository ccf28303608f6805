import { describe, expect, test } from 'vitest';
import { emptyControl } from '../../../core/control.ts';
import { applyPatchInstructions } from '../../../core/forms/hotfix/apply-patch-instructions.ts';
import { decideHotfixes } from '../../../core/forms/hotfix/decide-hotfixes.ts';
import { mergePatchInstructions, parsePatchInstructions } from '../../../core/forms/hotfix/patch-instructions.ts';
import { lineParts } from '../../../core/forms/line-parts.ts';
import { recordSchema } from '../../../core/record.ts';

const parse = (instructions: object) =>
  parsePatchInstructions(JSON.stringify({ patch_instructions_version: 1, ...instructions }), 'patches/one.json');
const record = recordSchema.parse({ name: 'a', version: '1', build: '0', build_number: 0, depends: ['b'] });
const records = new Map(['a-1-0.conda', 'a-1-0.tar.bz2', 'a-2-0.conda'].map((name) => [name, record]));

describe('patch instructions', () => {
  test('replace values, in a twin too, whose own come last; absent names are not created', () => {
    const instructions = parse({
      packages: { 'a-1-0.tar.bz2': { depends: ['c'], license: 'X' }, 'b-1-0.tar.bz2': { license: 'X' } },
      'packages.conda': { 'a-1-0.conda': { license: 'Y' } },
    });
    const patched = applyPatchInstructions(records, instructions);
    expect(patched.removed).toEqual([]);
    expect([...patched.records]).toEqual([
      ['a-1-0.conda', { ...record, depends: ['c'], license: 'Y' }],
      ['a-1-0.tar.bz2', { ...record, depends: ['c'], license: 'X' }],
      ['a-2-0.conda', record],
    ]);
  });

  test('remove and revoke both of a twin for its .tar.bz2, one for its .conda', () => {
    const removed = applyPatchInstructions(records, parse({ remove: ['a-1-0.tar.bz2'] })).removed;
    expect(removed).toEqual(['a-1-0.conda', 'a-1-0.tar.bz2']);
    const revoked = applyPatchInstructions(records, parse({ revoke: ['a-1-0.conda'] })).records;
    const depends = ['b', 'package_has_been_revoked'];
    expect(revoked.get('a-1-0.conda')).toEqual({ ...record, depends, revoked: true });
    expect(revoked.get('a-1-0.tar.bz2')).toEqual(record);
  });

  test.each(['run_exports', 'indexed_timestamp', 'sha256', 'name'])('may not touch %s', (key) => {
    const patch = { packages: { 'a-1-0.tar.bz2': { [key]: 'x' } } };
    expect(() => parse(patch)).toThrow(`patches/one.json at packages.a-1-0.tar.bz2.${key}: cannot be patched`);
  });

  test.each([
    [{ patch_instructions_version: 2 }, 'is not a version that is known here'],
    [{ pakcages: {} }, 'pakcages'],
    [{ remove: 'a-1-0.conda' }, 'at remove'],
  ])('that are wrong are refused: %j', (instructions, message) => {
    expect(() => parse(instructions)).toThrow(message);
  });

  test('with a value that does not fit its key are refused when they meet the record', () => {
    const instructions = parse({ packages: { 'a-1-0.tar.bz2': { depends: 'c' } } });
    expect(() => applyPatchInstructions(records, instructions)).toThrow('the hotfix of a at depends');
  });

  test('of several files become one, the later values counting', () => {
    const one = parse({ packages: { 'a-1-0.tar.bz2': { license: 'X', depends: [] } }, remove: ['b-1-0.conda'] });
    const two = parse({ packages: { 'a-1-0.tar.bz2': { license: 'Y' } }, remove: ['c-1-0.conda'] });
    expect(mergePatchInstructions([one, two])).toEqual(
      parse({ packages: { 'a-1-0.tar.bz2': { license: 'Y', depends: [] } }, remove: ['b-1-0.conda', 'c-1-0.conda'] }),
    );
  });
});

describe('hotfixes in control', () => {
  const instructions = parse({ packages: { 'a-1-0.tar.bz2': { license: 'X' } }, remove: ['a-2-0.conda'] });

  test('come with the instructions, stay the same, and go with them; other decisions stay', () => {
    const before = { ...emptyControl, packages: { 'a-1-0.conda': { why: ['a'] } } };
    const decided = decideHotfixes(before, records.keys(), instructions);
    expect(decided.packages).toEqual({
      'a-1-0.conda': { why: ['a'], hotfix: { set: { license: 'X' } } },
      'a-1-0.tar.bz2': { hotfix: { set: { license: 'X' } } },
      'a-2-0.conda': { hotfix: { removed: true } },
    });
    expect(decideHotfixes(decided, records.keys(), instructions)).toBe(decided);
    expect(decideHotfixes(decided, records.keys(), parse({}))).toEqual(before);
  });
});

describe('what a line says', () => {
  const info = { runExports: null, infoFiles: {} };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  test('when it entered, whatever upstream says of that', () => {
    const parts = lineParts({ ...record, indexed_timestamp: 1 }, info, { firstSeen: 5 });
    expect(parts.record).toEqual({ ...record, indexed_timestamp: 5 });
    expect([text(parts.runExports), text(parts.facts)]).toEqual(['{}', '{}']);
  });

  test('its record with and without its hotfix', () => {
    const parts = lineParts(record, info, { firstSeen: 5, hotfix: { set: { depends: [] } } });
    expect(parts.record).toEqual({ ...record, depends: [], indexed_timestamp: 5 });
    expect(JSON.parse(text(parts.facts))).toEqual({ unpatched: { ...record, indexed_timestamp: 5 } });
    expect(lineParts(record, info, { firstSeen: 5, hotfix: { removed: true } }).record).toBe(null);
  });
});
