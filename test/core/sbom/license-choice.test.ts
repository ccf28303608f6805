import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { licenseChoice } from '../../../core/sbom/license-choice.ts';
import { condaPurl, pypiPurl } from '../../../core/sbom/purl.ts';
import { spdxExceptions, spdxIds } from '../../../core/sbom/spdx-ids.ts';

describe('a license', () => {
  it.each([
    ['MIT', [{ license: { id: 'MIT' } }]],
    ['mit license', [{ license: { id: 'MIT' } }]],
    ['GPL-2.0+', [{ license: { id: 'GPL-2.0-or-later' } }]],
    ['MIT AND BSD-3-Clause', [{ expression: 'MIT AND BSD-3-Clause' }]],
    ['mpl-2.0 or mit', [{ expression: 'MPL-2.0 OR MIT' }]],
    ['GPL-3.0-only WITH GCC-exception-3.1', [{ expression: 'GPL-3.0-only WITH GCC-exception-3.1' }]],
    ['(MIT OR Apache-2.0) AND ISC OR Zlib', [{ expression: '(MIT OR Apache-2.0) AND ISC OR Zlib' }]],
    ['LicenseRef-Intel AND MIT', [{ expression: 'LicenseRef-Intel AND MIT' }]],
    ['MPL-2.0+', [{ expression: 'MPL-2.0+' }]],
    ...[
      'BSD',
      'MIT AND',
      'MIT MIT',
      '(MIT',
      'MIT)',
      'MIT WITH MIT',
      '(MIT) WITH GCC-exception-3.1',
      'AND',
      'GPL (>= 2)',
      '?',
    ].map((name) => [name, [{ license: { name } }]] as const),
    ['', []],
    [null, []],
  ] as const)('%s', (text, choice) => {
    expect(licenseChoice(text)).toEqual(choice);
  });

  it('has identifiers of SPDX alone, as CycloneDX knows them', () => {
    const path = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
    const schema = readFileSync(new URL('res/schema/spdx.SNAPSHOT.schema.json', `file://${path}`), 'utf8');
    const known = new Set(parseJson(schema, z.object({ enum: z.array(z.string()) }), 'spdx').enum);
    expect([...spdxIds].filter((id) => !known.has(id))).toEqual([]);
    expect([...spdxExceptions].filter((id) => !known.has(id))).toEqual([]);
  });
});

it('writes package URLs as their specification has them', () => {
  const [subdir, filename] = [
    subdirSchema.parse('linux-64'),
    packageFileNameSchema.parse('absl-py-0.4.1-py36h06a4308_0.tar.bz2'),
  ];
  expect(condaPurl(subdir, filename, 'main')).toBe(
    'pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&channel=main&subdir=linux-64&type=tar.bz2',
  );
  const odd = packageFileNameSchema.parse('_x-1!2.0+cu_1-h+a.conda');
  expect(condaPurl(subdir, odd, 'https://c.example/a b?')).toBe(
    'pkg:conda/_x@1%212.0%2Bcu_1?build=h%2Ba&channel=https:%2F%2Fc.example%2Fa%20b%3F&subdir=linux-64&type=conda',
  );
  expect(pypiPurl('django', '1.11.1')).toBe('pkg:pypi/django@1.11.1');
  expect(pypiPurl('x', '1!1.0', 'x-1!1.0.tar.gz')).toBe('pkg:pypi/x@1%211.0?file_name=x-1%211.0.tar.gz');
});
