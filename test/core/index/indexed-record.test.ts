import { expect, it } from 'vitest';
import { indexedRecord } from '../../../core/index/index-package.ts';
import { md5Schema, sha256Schema } from '../../../core/names/digest.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';

const sha256 = (digit: string) => sha256Schema.parse(digit.repeat(64));
const md5 = (digit: string) => md5Schema.parse(digit.repeat(32));
const upstream = {
  name: packageNameSchema.parse('a'),
  version: '1.0',
  build: '0',
  build_number: 0,
  depends: ['b'],
  license: 'MIT',
};
const digests = { sha256: sha256('1'), md5: md5('2'), size: 3 };
const linux = subdirSchema.parse('linux-64');

it.each([
  ['says otherwise', { sha256: sha256('a'), md5: md5('b'), size: 99, subdir: 'noarch' }],
  ['says nothing', {}],
])("size, hashes and subdir are those of the bytes when upstream %s; the rest is upstream's", (_what, claims) => {
  expect(indexedRecord({ ...upstream, ...claims }, linux, digests)).toEqual({
    ...upstream,
    ...digests,
    subdir: 'linux-64',
  });
});
