import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempDisposable, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { generatePackages } from '../../../bench/support/generate-packages.ts';
import { buildLargePackage } from '../../../bench/support/large-package.ts';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';
import { samplePackages, samplePlatforms } from '../../../local/sample/sample-channel.ts';
import { python } from '../../support/machine/run-python.ts';

/** conda-package-handling unpacks each file named; conda-package-streaming then reads its info/ alone. */
const script = `
import json, sys
from conda_package_handling.api import extract
from conda_package_streaming.package_streaming import stream_conda_info
for path in sys.argv[1:]:
    extract(path, path + '.d')
    infos = [json.load(tar.extractfile(member)) for tar, member in stream_conda_info(path) if member.name == 'info/index.json']
    print(json.dumps(infos))
`;

async function unpack(paths: readonly string[]): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(python, ['-c', script, ...paths]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function filesBelow(folder: string): Promise<Record<string, { content: string; mode: number }>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = entries.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    const file = { content: await readFile(path, 'latin1'), mode: (await stat(path)).mode & 0o777 };
    return [relative(folder, path), file] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

const long = `share/${'long-folder/'.repeat(12)}caf\u00e9.txt`;
const odd: PackageSpec = {
  ...{ name: 'campus-odd', version: '1!2.0+local', build: 'h1_1', buildNumber: 1, subdir: 'linux-64' },
  format: '.conda',
  constrains: ['campus-base >=1'],
  runExports: { strong: ['campus-odd'] },
  files: [
    { path: long, content: 'caf\u00e9' },
    { path: 'bin/run', content: '#!/bin/sh\n', mode: 0o755 },
    { path: 'empty', content: '' },
    { path: 'data', size: 200_000 },
  ],
};
const specs: readonly PackageSpec[] = [
  ...samplePackages(samplePlatforms),
  ...generatePackages({ count: 6, subdir: 'linux-64' }),
  odd,
  { ...odd, format: '.tar.bz2' },
];

test('conda-package-handling unpacks every package into what was put in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const built = await Promise.all(specs.map(buildPackage));
  await buildChannel(folder.path, built, { forms: [] });
  const paths = built.map(({ subdir, filename }) => join(folder.path, subdir, filename));
  const infos = await unpack(paths);
  expect(infos).toEqual(built.map(({ index }) => [index]));
  for (const [i, { files = [], ...spec }] of specs.entries()) {
    const unpacked = await filesBelow(`${paths[i]}.d`);
    const infoPaths = Object.keys(unpacked).filter((path) => path.startsWith('info/'));
    expect(infoPaths).toHaveLength(6 + Number(spec.noarch === 'python') + Number(spec.runExports !== undefined));
    expect(Object.keys(unpacked)).toHaveLength(files.length + infoPaths.length);
    for (const file of files) {
      const { content, mode } = unpacked[file.path] ?? { content: 'not there', mode: 0 };
      if ('content' in file) expect(content).toBe(Buffer.from(file.content).toString('latin1'));
      else expect(content).toHaveLength(file.size);
      expect(mode).toBe(file.mode ?? 0o644);
    }
  }
});

test('and a large one, built as a stream', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const spec = { name: 'campus-data', version: '1.0', build: '0', subdir: 'linux-64', sizeBytes: 50_000_000 };
  const { filename, index, digests } = await buildLargePackage(spec, folder.path);
  const path = join(folder.path, filename);
  expect(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  ).toBe(digests.sha256);
  expect(await unpack([path])).toEqual([[index]]);
  const { paths } = JSON.parse(await readFile(join(`${path}.d`, 'info/paths.json'), 'utf8'));
  const payload = await readFile(join(`${path}.d`, 'share/campus-data/payload.bin'));
  const sha256 = createHash('sha256').update(payload).digest('hex');
  expect(paths).toMatchObject([{ sha256, size_in_bytes: payload.length }]);
  expect(payload).toHaveLength(spec.sizeBytes);
});
