import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import { courseIndex } from './course-index.ts';
import { pips, pipUser } from './pip-client.ts';
import type { ClientRun } from './run-client.ts';

const succeeded = ({ status, said }: ClientRun) => expect(status, said).toBe(0);
const plot = 'campus_plot-1.1-py3-none-any.whl';
const gpu = 'campus_gpu-1.0+cu118-py3-none-any.whl';

/** A pip and an index to go by, and what pip got from there. */
async function scene(pip: string) {
  const index = await courseIndex();
  const user = await pipUser({ PIP_INDEX_URL: index.url });
  const download = (...args: string[]) => user.run([pip, 'download', '--dest', 'got', ...args]);
  const got = async () => (await readdir(join(user.home, 'got')).catch(() => [])).sort();
  const { said } = await user.run([pip, '--version']);
  return { index, user, download, got, major: Number(/^pip (\d+)\./.exec(said)?.[1]) };
}

describe.each(pips)('%s', (pip) => {
  test('installs a project with all it needs, by metadata first where it knows of it', async () => {
    const { index, user, major } = await scene(pip);
    succeeded(await user.run([pip, 'install', '--target', 'here', 'campus-course']));
    const installed = (await readdir(join(user.home, 'here'))).filter((name) => name.endsWith('.dist-info')).sort();
    expect(installed).toEqual(['campus_course-1.0.dist-info', 'campus_plot-1.1.dist-info', 'repoze.lru-0.7.dist-info']);
    const asked = index.requests();
    expect(asked.every((request) => request.startsWith('GET 200 /simple/'))).toBe(true);
    // From 23.2 on it reads `core-metadata`, by which it knows all it will install before it has any of it.
    const metadata = asked.filter((request) => request.endsWith('.metadata'));
    expect(metadata).toHaveLength(major > 23 ? 3 : 0);
  });

  test('takes the bytes that the page promises, by hashes of its own too, and no others', async () => {
    const { index, user, download, got } = await scene(pip);
    const bytes = await readFile(join(index.folder, 'simple/campus-plot', plot));
    await user.write('right.txt', `campus-plot==1.1 --hash=sha256:${sha256Of(bytes)}\n`);
    await user.write('wrong.txt', `campus-plot==1.1 --hash=sha256:${sha256Of('other')}\n`);
    const pinned = (file: string) => download('--no-cache-dir', '--require-hashes', '-r', file);
    succeeded(await pinned('right.txt'));
    expect(await got()).toEqual([plot]);
    expect((await pinned('wrong.txt')).said).toContain('DO NOT MATCH THE HASHES');
    await index.swap('campus-plot', plot);
    const { status, said } = await download('--no-cache-dir', 'campus-plot==1.1');
    expect([status, said]).toEqual([1, expect.stringContaining('DO NOT MATCH THE HASHES')]);
    expect(await got()).toEqual([]);
  });

  test('skips what is yanked unless it is asked for by its very version, and says why', async () => {
    const { download, got } = await scene(pip);
    succeeded(await download('campus-plot'));
    expect(await got()).toEqual([plot]);
    const { status, said } = await download('campus-plot==1.2');
    expect([status, said]).toEqual([0, expect.stringContaining('being yanked: draws <nothing> & "hangs"')]);
    expect((await download('campus-plot==1.2.*')).status).toBe(1);
  });

  test('goes by what the page requires of Python, which the metadata does not', async () => {
    const { download, got } = await scene(pip);
    const on = (python: string) => ['--only-binary=:all:', '--python-version', python, 'networkx==1.10'];
    const { status, said } = await download(...on('3.11'));
    expect([status, said]).toEqual([1, expect.stringContaining('1.10 Requires-Python <3.9')]);
    succeeded(await download(...on('3.8')));
    expect(await got()).toEqual(['decorator-5.1.1-py3-none-any.whl', 'networkx-1.10-0gatehouse1-py3-none-any.whl']);
    expect((await download('campus-next')).said).toContain('1.0 Requires-Python >=3.99');
  });

  test('finds a local version and a project by any spelling of its name', async () => {
    const { download, got } = await scene(pip);
    succeeded(await download('campus-gpu==1.0+cu118'));
    for (const name of ['Repoze.LRU', 'repoze_lru', 'repoze-lru']) succeeded(await download(name));
    expect(await got()).toEqual([gpu, 'repoze.lru-0.7-py3-none-any.whl']);
  });

  test('says of a project that is not there that it found none, and looks nowhere else', async () => {
    const { index, download } = await scene(pip);
    const { status, said } = await download('campus-arcade');
    expect([status, said]).toEqual([1, expect.stringContaining('No matching distribution found for campus-arcade')]);
    expect(index.requests()).toEqual(['GET 404 /simple/campus-arcade/']);
  });

  test('takes what was there before a day, where it can be told one', async () => {
    const { download, got, major } = await scene(pip);
    const { status, said } = await download('--uploaded-prior-to', '2026-04-01', 'campus-plot');
    if (major < 26) expect([status, said]).toEqual([2, expect.stringContaining('no such option')]);
    else expect([await got(), said]).toEqual([['campus_plot-1.0-py3-none-any.whl'], expect.anything()]);
  });

  test('finds a version that was published just now, however it caches', async () => {
    const { index, user, download, got } = await scene(pip);
    const trusted = ['--trusted-host', '127.0.0.1', '--no-deps', 'campus-plot'];
    succeeded(await download(...trusted));
    await index.publish({ fileName: 'campus_plot-2.0-py3-none-any.whl' });
    await user.run(['rm', '-r', 'got']);
    index.requests();
    succeeded(await download(...trusted));
    expect(await got()).toEqual(['campus_plot-2.0-py3-none-any.whl']);
    expect(index.requests()).toContain('GET 200 /simple/campus-plot/');
  });
});
