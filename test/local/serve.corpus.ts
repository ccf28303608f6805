import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { route } from '../../core/layout/keys.ts';
import { corpus, corpusPackages } from '../support/packages/corpus.ts';
import { fill } from '../support/served/sample-channel.ts';
import { newStores, serveForTest } from '../support/served/served-stores.ts';

test('every real package has a URL', () => {
  const lost = corpusPackages.filter(({ subdir, fileName }) => {
    const found = route({ method: 'GET', uri: `/conda/${subdir}/${encodeURIComponent(fileName)}` }, 'gatehouse');
    return found.status !== 'key' || found.key !== `conda/${subdir}/${fileName}`;
  });
  expect(lost).toEqual([]);
});

test.each(newStores)(
  'a real channel served from a %s store solves, and every package arrives whole',
  async (_name, make) => {
    const packages = corpusPackages.filter(({ channel }) => channel === 'conda-forge');
    const files = packages.map(({ subdir, fileName, path }) => ({ key: `conda/${subdir}/${fileName}`, path }));
    for (const subdir of ['linux-64', 'noarch']) {
      const path = join(corpus, 'channels', 'conda-forge', subdir, 'repodata.json');
      files.push({ key: `conda/${subdir}/repodata.json`, path });
    }
    const store = await make();
    for (const { key, path } of files) await fill(store, [[key, await readFile(path)]]);
    const url = await serveForTest({ store });
    for (const { key, path } of files) {
      const body = await (await fetch(`${url}/${key}`)).arrayBuffer();
      expect([key, Buffer.from(body).equals(await readFile(path))]).toEqual([key, true]);
    }
    const script = fileURLToPath(new URL('../support/served/solve-over-http.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, `${url}/conda`, 'tqdm', 'pip']);
    expect(JSON.parse(stdout)).toContain('python-3.12.4-h194c7f8_0_cpython.conda');
  },
);
