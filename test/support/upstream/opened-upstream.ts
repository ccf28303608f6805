import { noarch } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import type { UpstreamSubdir } from '../../../core/upstream/upstream-subdir.ts';
import { type FormFiles, flatForm, shardsForm, type TestRepodata, zstForm } from './upstream-forms.ts';
import { testFiles, upstreamWorld } from './upstream-world.ts';

export const channel = 'https://example.org/chan';
export const base = `${channel}/noarch`;

/** The files of a form by their URL. */
export const at = (files: FormFiles) =>
  new Map(Object.entries(files).map(([name, bytes]) => [`${base}/${name}`, bytes]));

/** The subdir noarch of a channel that has these files. */
export async function opened(files: FormFiles): Promise<UpstreamSubdir> {
  const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(at(files)).fetch));
  if (subdir === null) throw new Error('no such subdir');
  return subdir;
}

export const record = (name: string, version = '1', build = '0') => ({
  name,
  version,
  build,
  build_number: 0,
  depends: ['python >=3.9'],
  sha256: 'ab'.repeat(32),
  md5: 'cd'.repeat(16),
  size: 12,
});

export const sound: TestRepodata = {
  info: { subdir: 'noarch' },
  packages: {
    'a-1-0.tar.bz2': { ...record('a'), license: null, legacy_bz2_md5: 'ef'.repeat(16) },
    'b-c-2.0-py_1.tar.bz2': { ...record('b-c', '2.0', 'py_1'), constrains: ['d <3'], timestamp: 1_700_000_000_000 },
  },
  'packages.conda': { 'a-1-0.conda': { ...record('a'), run_exports: { weak: ['a'] }, noarch: 'python' } },
  removed: ['b-c-1-0.tar.bz2'],
};

/** How to serve a document in each form. */
export const forms = { flat: flatForm, zst: zstForm, shards: shardsForm } satisfies Record<
  string,
  (d: TestRepodata) => FormFiles
>;
