import type { Contents } from '../reading.ts';
import { parseLicense } from './parse-license.ts';

/** What people write where an SPDX identifier belongs, in lower case: only what can mean one license alone. */
const freeTexts: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'apache 2': 'Apache-2.0',
    'apache 2.0': 'Apache-2.0',
    'apache license 2.0': 'Apache-2.0',
    'apache license, version 2.0': 'Apache-2.0',
    'apache software license 2.0': 'Apache-2.0',
    'apache-2': 'Apache-2.0',
    'bsd 2-clause': 'BSD-2-Clause',
    'bsd 3-clause': 'BSD-3-Clause',
    '2-clause bsd': 'BSD-2-Clause',
    '3-clause bsd': 'BSD-3-Clause',
    'new bsd license': 'BSD-3-Clause',
    'bsd 3-clause license': 'BSD-3-Clause',
    'bsd-3-clause license': 'BSD-3-Clause',
    'expat license': 'MIT',
    'mit license': 'MIT',
    'the mit license': 'MIT',
    'the mit license (mit)': 'MIT',
    'isc license': 'ISC',
    'isc license (iscl)': 'ISC',
    'mozilla public license 2.0': 'MPL-2.0',
    'mozilla public license 2.0 (mpl 2.0)': 'MPL-2.0',
    'mpl 2.0': 'MPL-2.0',
    gplv2: 'GPL-2.0-only',
    'gplv2+': 'GPL-2.0-or-later',
    gplv3: 'GPL-3.0-only',
    'gplv3+': 'GPL-3.0-or-later',
    lgplv3: 'LGPL-3.0-only',
    'lgplv3+': 'LGPL-3.0-or-later',
    psf: 'PSF-2.0',
  }),
);

/** Classifiers of PyPI that mean one license, by what follows the last ` :: `. */
const classifiers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'MIT License': 'MIT',
    'MIT No Attribution License (MIT-0)': 'MIT-0',
    'Apache Software License': 'Apache-2.0',
    'ISC License (ISCL)': 'ISC',
    'Mozilla Public License 1.1 (MPL 1.1)': 'MPL-1.1',
    'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
    'Python Software Foundation License': 'PSF-2.0',
    'The Unlicense (Unlicense)': 'Unlicense',
    'CC0 1.0 Universal (CC0 1.0) Public Domain Dedication': 'CC0-1.0',
    'Boost Software License 1.0 (BSL-1.0)': 'BSL-1.0',
    'Eclipse Public License 2.0 (EPL-2.0)': 'EPL-2.0',
    'Universal Permissive License (UPL)': 'UPL-1.0',
    'zlib/libpng License': 'Zlib',
    'Zero-Clause BSD (0BSD)': '0BSD',
    'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only',
    'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later',
    'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only',
    'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
    'GNU Lesser General Public License v2 (LGPLv2)': 'LGPL-2.0-only',
    'GNU Lesser General Public License v2 or later (LGPLv2+)': 'LGPL-2.0-or-later',
    'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only',
    'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later',
    'GNU Affero General Public License v3': 'AGPL-3.0-only',
    'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
  }),
);

/** Packages that were made of wheels name classifiers as their license. */
const byName = new Map([...classifiers].map(([name, id]) => [name.toLowerCase(), id]));

/**
 * The license that a package or wheel says it has: an SPDX expression where it can be read as one, else its own words; null
 * where it says none. Of a wheel `License-Expression` counts (PEP 639), else `License` where that is one license, else the
 * classifiers, all of which then hold.
 */
export function statedLicense({ index, wheel }: Pick<Contents, 'index' | 'wheel'>): string | null {
  if (wheel === null) return typeof index?.['license'] === 'string' ? writtenLicense(index['license']) : null;
  const { all } = wheel.metadata.headers;
  const [expression] = all('License-Expression').flatMap((text) => writtenLicense(text) ?? []);
  if (expression !== undefined) return expression;
  const [license] = all('License').flatMap((text) => writtenLicense(text) ?? []);
  if (license !== undefined && parseLicense(license) !== null) return license;
  return byClassifiers(all('Classifier')) ?? license ?? null;
}

/** Some releases have the whole text of their license where its name belongs; a verdict keeps what tells it apart. */
const maxLicenseLength = 200;

/**
 * A license as somebody wrote it, by its SPDX identifier where it is known by other words; null of nothing, and of what
 * setuptools and conda-build write for nothing.
 */
export function writtenLicense(text: string): string | null {
  const trimmed = text.trim();
  if (/^(?:unknown|none|)$/i.test(trimmed)) return null;
  const words = trimmed.slice(0, maxLicenseLength).replace(/\s+/g, ' ');
  return freeTexts.get(words.toLowerCase()) ?? byName.get(words.toLowerCase()) ?? words;
}

/** Null where one of them may mean several: `BSD License`. */
function byClassifiers(all: readonly string[]): string | null {
  const names = all.filter((one) => one.startsWith('License :: ')).map((one) => one.split(' :: ').at(-1)?.trim() ?? '');
  const ids = names.filter((one) => one !== 'OSI Approved').map((one) => classifiers.get(one) ?? null);
  return ids.length > 0 && ids.every((id) => id !== null) ? ids.join(' AND ') : null;
}
