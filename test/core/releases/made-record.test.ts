import { expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import type { PackageFormat } from '../../../core/names/package-file-name.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { madeRecord } from '../../../core/releases/made-record.ts';
import type { ReleaseFile } from '../../../core/releases/release-files.ts';
import type { DependsPart } from '../../../core/releases/split-depends.ts';
import { parseCoreMetadata } from '../../../core/wheel/core-metadata.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const project = projectNameSchema.parse('demo');
const facts = {
  url: 'https://a.example/demo',
  page: 'https://a.example/',
  sha256: sha256Of('demo'),
  size: null,
  requiresPython: null,
  yanked: false,
  uploadTime: null,
  metadata: false,
};

const wheel = wheelName('demo-1.0-py3-none-any.whl');
const sdist = parseSdistFileName('demo-1.0.tar.gz', project) ?? expect.fail('no sdist');
const { version } = wheel;
const ofWheel: ReleaseFile = { from: 'wheel', file: { ...facts, fileName: wheel.fileName }, name: wheel, version };
const ofSdist: ReleaseFile = { from: 'sdist', file: { ...facts, fileName: sdist.fileName }, name: sdist, version };

const whole: DependsPart = { depends: ['a'], from: null, before: null, system: null };

function made(part: Partial<DependsPart> = {}, release = ofWheel, requires = '', format: PackageFormat = '.conda') {
  const bounds = parseSpecifier(requires) ?? expect.fail(requires);
  const specifier = parseSpecifier('') ?? expect.fail();
  const name = packageNameSchema.parse('demo');
  const metadata = parseCoreMetadata(Buffer.from('Name: demo\nVersion: 1.0\n'), 'METADATA', () => {});
  const request = { project, specifier, closesOnIndex: false, unpack: true, name, format, depends: [] };
  const record = madeRecord({ ...whole, ...part }, { release, metadata, made: request, index: facts.page, bounds });
  return 'code' in record ? expect.fail(record.detail) : record;
}

it('is named for what it needs and for what makes it, so that other bytes get another name', () => {
  const names = [made(), made({ depends: ['a >=1'] }), made({ system: '__win' }), made({}, ofSdist)];
  expect(new Set(names.map(({ filename }) => filename)).size).toBe(names.length);
  for (const { filename } of names) expect(filename).toMatch(/^demo-1\.0-pypi_[0-9a-f]{8}\.conda$/);
  expect(made()).toEqual(made());
});

it('is of the format that is asked for, under the same name', () => {
  const old = made({}, ofWheel, '', '.tar.bz2');
  expect(old.filename).toBe(made().filename.replace(/\.conda$/, '.tar.bz2'));
  expect({ ...old, filename: '' }).toEqual({ ...made(), filename: '' });
});

it.each<[Partial<DependsPart>, string, string[]]>([
  [{}, '', ['a', 'python']],
  [{ system: '__unix' }, '>=3.8', ['a', 'python >=3.8', '__unix']],
  [{ from: '3.11' }, '>=3.8', ['a', 'python >=3.11a0']],
  [{ from: '3.9', before: '3.11' }, '!=3.10.0', ['a', 'python >=3.9a0,<3.11a0,!=3.10.0']],
  [{ depends: ['a', 'python'] }, '', ['a', 'python']],
])('needs what its part %j says, within %j', (part, requires, expected) => {
  expect(made(part, ofWheel, requires).record.depends).toEqual(expected);
});
