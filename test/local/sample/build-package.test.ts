import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';
import { readPackage, readZip } from './read-back.ts';

const spec: PackageSpec = {
  name: 'campus-tool',
  version: '1.0',
  build: 'py_0',
  buildNumber: 3,
  subdir: 'noarch',
  noarch: 'python',
  format: '.conda',
  depends: ['python >=3.8'],
  runExports: { weak: ['campus-tool >=1.0'] },
  files: [
    { path: 'site-packages/b.py', content: 'b\n' },
    { path: 'site-packages/a.py', content: 'a\n', mode: 0o755 },
    { path: 'share/big', size: 3000 },
  ],
};
const formats = ['.conda', '.tar.bz2'] as const;

test.each(formats)('%s: the same spec gives the same bytes, here and in another process', async (format) => {
  const { digests } = await buildPackage({ ...spec, format });
  const again = await buildPackage({ ...spec, format, files: spec.files?.toReversed() ?? [] });
  expect(again.digests).toEqual(digests);
  const module = new URL('../../../local/sample/build-package.ts', import.meta.url).href;
  const code = `const { buildPackage } = await import('${module}');
    console.log((await buildPackage(${JSON.stringify({ ...spec, format })})).digests.sha256);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  expect(stdout.trim()).toBe(digests.sha256);
});

test.each(formats)('%s: members are what was put in, and info/ says so', async (format) => {
  const { filename, bytes, index } = await buildPackage({ ...spec, format });
  expect(filename).toBe(`campus-tool-1.0-py_0${format}`);
  const members = readPackage(filename, bytes);
  expect(members['site-packages/a.py']).toBe('a\n');
  expect(JSON.parse(members['info/index.json'] ?? '')).toEqual(index);
  expect(JSON.parse(members['info/link.json'] ?? '').noarch.type).toBe('python');
  expect(JSON.parse(members['info/run_exports.json'] ?? '')).toEqual(spec.runExports);
  const { paths } = JSON.parse(members['info/paths.json'] ?? '');
  expect(paths).toContainEqual({
    _path: 'site-packages/b.py',
    path_type: 'hardlink',
    sha256: '0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f',
    size_in_bytes: 2,
  });
  const packed = Object.keys(members).filter((path) => !path.startsWith('info/'));
  expect(members['info/files']).toBe('share/big\nsite-packages/a.py\nsite-packages/b.py\n');
  expect(packed.sort()).toEqual(paths.map(({ _path }: { _path: string }) => _path));
});

test('a .conda keeps its parts in the order conda writes them', async () => {
  const { bytes } = await buildPackage(spec);
  expect(readZip(bytes).map(({ name }) => name)).toEqual([
    'metadata.json',
    'pkg-campus-tool-1.0-py_0.tar.zst',
    'info-campus-tool-1.0-py_0.tar.zst',
  ]);
});

test('a .tar.bz2 has info/ first', async () => {
  const { filename, bytes } = await buildPackage({ ...spec, format: '.tar.bz2' });
  const inInfo = Object.keys(readPackage(filename, bytes)).map((path) => path.startsWith('info/'));
  expect(inInfo).toEqual(inInfo.toSorted((a, b) => Number(b) - Number(a)));
});

test('a test can make the index lie', async () => {
  const { index } = await buildPackage({ ...spec, extraIndex: { name: 'other', subdir: undefined, depends: 'x' } });
  expect(index).toMatchObject({ name: 'other', depends: 'x' });
  expect(index).not.toHaveProperty('subdir');
});
