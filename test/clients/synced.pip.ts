import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveStore } from '../../local/serve/serve-store.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';
import { pips, pipUser } from './pip-client.ts';

const wheel = (fileName: string, metadata = ''): ServedFile => {
  const files = { [`${fileName.split('-')[0]}.py`]: '' };
  return { fileName, bytes: buildWheel({ fileName, metadata, files }) };
};

/** An index of which an allowlist wants a source distribution, a wheel that only pip can have, and what they need. */
const upstream = serveProjects({
  demo: [
    {
      fileName: 'demo-1.0.tar.gz',
      bytes: buildSdist({ files: { 'demo.egg-info/requires.txt': 'decorator>=3.4.0\n' } }),
    },
  ],
  decorator: [wheel('decorator-5.1.1-py3-none-any.whl', 'Requires-Python: >=3.5\n')],
  gpu: [wheel('gpu-1.0+cu118-py3-none-any.whl', 'Requires-Dist: decorator\n')],
  elsewhere: [wheel('elsewhere-1.0-py3-none-any.whl')],
});

const entries = [{ pypi: 'demo ==1.0', sdist: 'unpack', depends: ['python <3.9'] }, { pypi: 'gpu ==1.0+cu118' }];

/** What a sync brought of that, served. */
async function syncedIndex(): Promise<string> {
  const lab: Lab = await startLab();
  onTestFinished(() => lab[Symbol.asyncDispose]());
  const pythons = ['3.8.18', '3.11.7'].map((version) => small(`python ${version}`));
  const decorator = small('decorator 5.1.1', ['python'], { subdir: 'noarch' });
  await lab.publish([...pythons, small('pip 24.0', ['python']), decorator], {
    'decorator-5.1.1-0.conda': { purls: ['pkg:pypi/decorator@5.1.1'] },
  });
  lab.intercept = upstream;
  const wanted = lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.8', '3.11'] });
  expect((await lab.sync(wanted)).problems).toEqual([]);
  const server = await serveStore({ store: lab.world.store, port: 0 });
  onTestFinished(() => server.close());
  return `${server.url}/simple/`;
}

const filesIn = async (folder: string) => (await readdir(folder).catch(() => [])).sort();

test.each(pips)('%s takes what a sync brought, with what that needs, and finds nothing else', async (pip) => {
  const user = await pipUser({ PIP_INDEX_URL: await syncedIndex() });
  const on = (python: string) => ['--only-binary=:all:', '--python-version', python];
  const download = (...args: string[]) => user.run([pip, 'download', '--dest', 'got', ...args]);
  const refused = await download(...on('3.11'), 'demo==1.0');
  expect([refused.status, refused.said]).toEqual([
    1,
    expect.stringContaining('No matching distribution found for demo==1.0'),
  ]);
  const taken = await download(...on('3.8'), 'demo==1.0');
  expect(taken.status, taken.said).toBe(0);
  expect(await filesIn(join(user.home, 'got'))).toEqual([
    'decorator-5.1.1-py3-none-any.whl',
    'demo-1.0-0gatehouse1-cp36.cp37.cp38-none-any.whl',
  ]);
  expect((await download('gpu')).status).toBe(0);
  expect((await download('elsewhere')).said).toContain('No matching distribution found for elsewhere');
});

test('uv locks and installs what a sync brought', async () => {
  const user = await pipUser({ UV_DEFAULT_INDEX: await syncedIndex() });
  const dependencies = '["gpu ==1.0+cu118"]';
  await user.write(
    'pyproject.toml',
    `[project]\nname = "term"\nversion = "0"\nrequires-python = ">=3.8"\ndependencies = ${dependencies}\n`,
  );
  const { status, said } = await user.run(['uv', 'lock'], ['uv', 'sync', '--locked'], ['uv', 'pip', 'check']);
  expect(status, said).toBe(0);
});

test('uv takes what is bounded to Python before 3.9 for 3.8, and refuses it for 3.11', async () => {
  const user = await pipUser({ UV_DEFAULT_INDEX: await syncedIndex() });
  const install = (python: string) =>
    user.run(['uv', 'pip', 'install', '--target', `got-${python}`, '--python-version', python, 'demo==1.0']);
  const refused = await install('3.11');
  expect([refused.status, refused.said]).toEqual([1, expect.stringContaining('no wheels with a matching Python')]);
  const taken = await install('3.8');
  expect(taken.status, taken.said).toBe(0);
  expect(await filesIn(join(user.home, 'got-3.8'))).toEqual(expect.arrayContaining(['demo-1.0.dist-info']));
});
