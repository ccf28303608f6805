import { describe, expect, it } from 'vitest';
import { e2Licenses } from '../../../../core/gate/content/e2-licenses.ts';
import { statedLicense } from '../../../../core/gate/content/stated-license.ts';
import { packageNameSchema } from '../../../../core/names/package-name.ts';
import { normaliseRecord } from '../../../../core/record/normalise-record.ts';
import { firingsOf, saidOf, smallFacts, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';
import { readBuilt } from '../../../support/python/build-wheel.ts';

const ofWheel = async (metadata: string) => statedLicense({ index: null, wheel: await readBuilt({ metadata }) });
const ofIndex = (license: unknown) =>
  statedLicense({
    wheel: null,
    index: { name: packageNameSchema.parse('demo'), version: '1', build: '0', build_number: 0, depends: [], license },
  });

describe('the license of a wheel', () => {
  it.each([
    [
      'License-Expression: MIT OR ISC\nLicense: BSD\nClassifier: License :: OSI Approved :: MIT License\n',
      'MIT OR ISC',
    ],
    ['License: Apache 2.0\nClassifier: License :: OSI Approved :: MIT License\n', 'Apache-2.0'],
    ['License: see the file\nClassifier: License :: OSI Approved :: MIT License\n', 'MIT'],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: ISC License (ISCL)\n', 'ISC'],
    [
      'Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: GNU General Public License v2 (GPLv2)\n',
      'MIT AND GPL-2.0-only',
    ],
    [
      'Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: Apache Software License\n',
      'Apache-2.0',
    ],
    ['Classifier: License :: OSI Approved :: BSD License\n', null],
    ['Classifier: License :: OSI Approved :: BSD License\nClassifier: License :: OSI Approved :: MIT License\n', null],
    ['License: see the file\nClassifier: License :: OSI Approved :: BSD License\n', 'see the file'],
    ['License: UNKNOWN\n', null],
    ['License-Expression:\nLicense: ISC\n', 'ISC'],
    ['Classifier: Programming Language :: Python\n', null],
    ['', null],
  ])('of %j', async (metadata, expected) => {
    expect(await ofWheel(metadata)).toBe(expected);
  });

  it('is cut where it is a whole text', async () => {
    const license = await ofWheel(`License: ${'word '.repeat(2000)}\n`);
    expect(license?.length).toBe(200);
  });
});

describe('the license of a package', () => {
  it.each([
    ['MIT', 'MIT'],
    ['BSD 3-Clause', 'BSD-3-Clause'],
    [' apache   License, Version 2.0 ', 'Apache-2.0'],
    ['Apache Software License', 'Apache-2.0'],
    ['None', null],
    ['', null],
    [['MIT'], null],
    [null, null],
  ])('of %j', (written, expected) => {
    expect(ofIndex(written)).toBe(expected);
  });
});

describe('E2', () => {
  const said = (license: string | null, licenses: readonly string[] | null) =>
    saidOf(e2Licenses, smallSubject({ facts: smallFacts({ license }) }), smallWorld({ policy: { licenses } }));

  it('says nothing while the organisation lists none', async () => {
    expect(await said('Proprietary', null)).toEqual([]);
    expect(await said(null, null)).toEqual([]);
  });

  it('holds a missing license without a list where the policy says so', async () => {
    const world = smallWorld({ policy: { modes: new Map([['E2', 'enforce']]) } });
    expect(await saidOf(e2Licenses, smallSubject({ facts: smallFacts() }), world)).toEqual(['hold E2.missing']);
    expect(await saidOf(e2Licenses, smallSubject({ facts: smallFacts({ license: 'X' }) }), world)).toEqual([]);
  });

  it('holds what the list does not allow', async () => {
    expect(await said('MIT OR GPL-3.0-only', ['MIT'])).toEqual([]);
    expect(await said('MIT AND GPL-3.0-only', ['MIT'])).toEqual(['hold E2.license']);
    expect(await said('MIT License, or so', ['MIT'])).toEqual(['hold E2.unreadable']);
    expect(await said(null, ['MIT'])).toEqual(['hold E2.missing']);
  });

  it('goes by the record before the bytes are read, and then by them', async () => {
    const written = {
      name: 'demo',
      version: '1.0',
      build: '0',
      build_number: 0,
      depends: [],
      subdir: 'noarch',
      license: 'GPLv3',
    };
    const normal = normaliseRecord({ ...written, sha256: 'a'.repeat(64), size: 1 });
    if (!normal.ok) throw new Error(normal.detail);
    const { facts, ...candidate } = smallSubject({ record: normal.record });
    const world = smallWorld({ policy: { licenses: ['MIT'] } });
    expect([...(await e2Licenses.judge(candidate, world))]).toMatchObject([{ code: 'E2.license' }]);
    const { record, ...rest } = candidate;
    expect([...(await e2Licenses.judge({ ...rest, record: null }, world))]).toEqual([]);
    expect(await firingsOf(e2Licenses, smallSubject({ record, facts: smallFacts({ license: 'MIT' }) }), world)).toEqual(
      [],
    );
  });
});
