import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import {
  buildSampleChannel,
  sampleAllowlist,
  samplePackages,
  samplePlatforms,
} from '../../../local/sample/sample-channel.ts';
import { serveFolder } from '../../../local/sample/serve-folder.ts';
import type { RepodataForm } from '../../../local/sample/write-repodata.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { solve } from './solve.ts';

const temporary = () => mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
const course = ['campus-notebook ==2.0.0', 'campus-stats', 'campus-toolchain >=2', 'campus-fonts ==1.0', 'pip'];

async function solveForm(form: RepodataForm, platform: string, specs: readonly string[]) {
  await using folder = await temporary();
  await buildSampleChannel(folder.path, { forms: [form] });
  const server = await serveFolder(folder.path);
  const answer = await solve(server.url, platform, specs);
  await server.close();
  return answer;
}

const everywhere = (native: string) => [
  `${native}/campus-base-2.0-h2b7d9e1_0.conda`,
  `${native}/campus-middle-2.0-h2b7d9e1_0.conda`,
  `${native}/campus-plot-1.2-py312h5eee18b_0.conda`,
  `${native}/campus-stats-1.4.0-h2b7d9e1_0.conda`,
  `${native}/campus-toolchain-2.0-h2b7d9e1_0.conda`,
  `${native}/python-3.12.4-h194c7f8_0_cpython.conda`,
  'noarch/campus-fonts-1.0-0.tar.bz2',
  'noarch/campus-notebook-2.0.0-pyhd8ed1ab_0.conda',
  'noarch/campus-text-1.0-pyhd8ed1ab_0.conda',
  'noarch/pip-24.1-pyhd8ed1ab_0.conda',
];

test.each(['json', 'zst', 'shards'] as const)('rattler solves the allowlist from %s alone', async (form) => {
  expect((await solveForm(form, 'linux-64', course)).solution).toEqual(everywhere('linux-64'));
});

test.each(['osx-arm64', 'win-64'])('and on %s', async (platform) => {
  const expected = [...everywhere(platform)].sort();
  expect((await solveForm('shards', platform, course)).solution?.toSorted()).toEqual(expected);
});

test('the system decides which campus-native fits', async () => {
  const { solution } = await solveForm('shards', 'linux-64', ['campus-native >=1.0']);
  expect(solution).toEqual(['linux-64/campus-native-1.2-h2b7d9e1_0.conda']);
  expect((await solveForm('shards', 'linux-64', ['campus-native >=2.0'])).explanation).toContain('__glibc >=2.34');
});

test('without the hotfix campus-stats cannot be installed', async () => {
  await using folder = await temporary();
  await buildChannel(folder.path, samplePackages(samplePlatforms));
  const server = await serveFolder(folder.path);
  expect((await solve(server.url, 'linux-64', ['campus-stats'])).explanation).toContain('campus-base >=9.0');
  await server.close();
});

test('the same channel each time, one stem in both formats, and nobody asks for campus-arcade', async () => {
  await using a = await temporary();
  await using b = await temporary();
  await buildSampleChannel(a.path);
  await buildSampleChannel(b.path);
  const files = (await readdir(a.path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(await readdir(b.path, { recursive: true })).toEqual(await readdir(a.path, { recursive: true }));
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const twin = await readFile(path.replace(a.path, b.path));
    expect(Buffer.compare(await readFile(path), twin), path).toBe(0);
  }
  const names = files.map(({ name }) => name);
  expect(names).toContain('campus-base-2.0-h2b7d9e1_0.conda');
  expect(names).toContain('campus-base-2.0-h2b7d9e1_0.tar.bz2');
  expect(names).toContain('campus-arcade-3.1-pyhd8ed1ab_0.conda');
});

test('the strict readers find nothing odd in any package', async () => {
  for (const { filename, bytes } of await Promise.all(samplePackages(['linux-64']).map(buildPackage))) {
    const { findings } = await inspectPackage(bytesSource(bytes), packageFileNameSchema.parse(filename));
    expect(findings, filename).toEqual([]);
  }
});

test('the allowlist names its channel, platforms and an environment', () => {
  const allowlist = JSON.parse(sampleAllowlist('http://127.0.0.1:9/channel'));
  expect(allowlist).toMatchObject({ channels: ['http://127.0.0.1:9/channel'], platforms: [...samplePlatforms] });
  expect(allowlist.packages).toHaveLength(5);
  expect(Object.keys(allowlist.environments)).toEqual(['course-101']);
});
