import { describe, expect, it } from 'vitest';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { type Claims, identityProblems } from '../../../core/package/check-identity.ts';
import { parseIndexJson } from '../../../core/package/index-json.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { indexJson, stem } from '../../support/packages/build-package.ts';

const index = (changes: object = {}) =>
  parseIndexJson(JSON.stringify({ ...indexJson, ...changes }), 'index.json', () => {});
const sound: Claims = {
  index: index(),
  fileName: packageFileNameSchema.parse(`${stem}.conda`),
  subdir: subdirSchema.parse('linux-64'),
  upstream: recordSchema.parse({ ...indexJson, depends: ['python >=3.9,<4'] }),
};
const codes = (changes: Partial<Claims>) => identityProblems({ ...sound, ...changes }).map(({ code }) => code);

describe('identityProblems', () => {
  it('is empty when all agree; depends may be patched', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    ['another name', { name: 'other' }, ['B1.name', 'B1.name']],
    ['another version', { version: '1.0.0' }, ['B1.version', 'B1.version']],
    ['another build', { build: 'h1_0' }, ['B1.build', 'B1.build']],
    ['another subdir', { subdir: 'osx-64' }, ['B1.subdir']],
  ])('names %s', (_, changes, problems) => {
    expect(codes({ index: index(changes) })).toEqual(problems);
  });

  it('takes an absent subdir for any', () => {
    expect(codes({ index: index({ subdir: null }) })).toEqual([]);
  });

  it('leaves the build number to the channel, and a noarch package where it is', () => {
    expect(codes({ index: index({ build_number: 1 }) })).toEqual([]);
    expect(codes({ index: index({ subdir: 'noarch', noarch: 'python' }) })).toEqual([]);
  });

  it('does not excuse a noarch package that names another platform than its folder', () => {
    expect(codes({ index: index({ noarch: 'python' }), subdir: noarch })).toEqual(['B1.subdir']);
  });

  it('says who contradicts whom', () => {
    const fileName = packageFileNameSchema.parse('demo-2.0-h0_0.conda');
    expect(identityProblems({ ...sound, fileName })).toEqual([
      {
        code: 'B1.version',
        subject: 'linux-64/demo-2.0-h0_0.conda',
        detail: 'info/index.json says version "1.0", the file name says "2.0"',
      },
    ]);
  });
});
