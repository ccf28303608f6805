import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import type { Store } from '../../../core/ports/store.ts';

const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');

/** Bytes that are no package: no client of these tests opens one. */
const alpha = Buffer.from('alpha '.repeat(100_000));
const beta = Buffer.from('beta');

const repodata = {
  'linux-64': {
    info: { subdir: 'linux-64' },
    packages: {},
    'packages.conda': {
      'alpha-1.0-h1_0.conda': {
        name: 'alpha',
        version: '1.0',
        build: 'h1_0',
        build_number: 0,
        depends: ['beta >=2'],
        subdir: 'linux-64',
        size: alpha.length,
        sha256: hash('sha256', alpha),
        md5: hash('md5', alpha),
      },
    },
    repodata_version: 1,
  },
  noarch: {
    info: { subdir: 'noarch' },
    packages: {
      'beta-2.1-py_0.tar.bz2': {
        name: 'beta',
        version: '2.1',
        build: 'py_0',
        build_number: 0,
        depends: [],
        noarch: 'generic',
        subdir: 'noarch',
        size: beta.length,
        sha256: hash('sha256', beta),
        md5: hash('md5', beta),
      },
    },
    'packages.conda': {},
    repodata_version: 1,
  },
};

/** Two packages, one needing the other, in two subdirs, and what a server must keep to itself: bytes by key. */
export function sampleChannel(forms: { zst: boolean }): Map<string, Buffer> {
  const files = new Map([
    ['conda/linux-64/alpha-1.0-h1_0.conda', alpha],
    ['conda/noarch/beta-2.1-py_0.tar.bz2', beta],
    ['_gatehouse/control/conda/noarch.json', Buffer.from('private')],
  ]);
  for (const [subdir, index] of Object.entries(repodata)) {
    const json = Buffer.from(JSON.stringify(index));
    files.set(`conda/${subdir}/repodata.json`, json);
    if (forms.zst) files.set(`conda/${subdir}/repodata.json.zst`, zstdCompressSync(json));
  }
  return files;
}

export async function fill(store: Store, files: Iterable<readonly [string, Uint8Array]>): Promise<void> {
  for (const [key, bytes] of files) await store.put(objectKeySchema.parse(key), bytes);
}
