import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { buildWheel, type RawWheel } from '../support/python/build-wheel.ts';
import { serveForTest } from '../support/served/served-stores.ts';
import { seenInHtml, seenInJson } from '../support/simple/read-pages.ts';

/** Wheels whose METADATA cannot be extracted, or is not one. */
const broken: readonly Omit<RawWheel, 'fileName'>[] = [
  { info: { METADATA: null } },
  { files: { 'other-1.0.dist-info/METADATA': 'Name: other\nVersion: 1.0\n' } },
  { info: { METADATA: 'Version: 1.0\n' } },
  { record: (row) => (row.includes('METADATA') ? null : row) },
];
const projects = 21;

/** 1,000 wheels as `pypiserver` has them, but in a folder for each project; every tenth is broken. */
async function fillFolder(root: string): Promise<string[]> {
  const sound: string[] = [];
  for (let i = 0; i < 1000; i++) {
    const fileName = `p${i % projects}-1.${i}-py3-none-any.whl`;
    const raw = i % 10 === 3 ? broken[Math.floor(i / 10) % broken.length] : {};
    const path = join(root, 'simple', `p${i % projects}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, fileName), buildWheel({ ...raw, fileName }));
    if (i % 10 !== 3) sound.push(fileName);
  }
  return sound.sort();
}

it('of 1,000 wheels that were copied in the sound ones are listed, and all that a page names can be had', async () => {
  await using folder = await temporaryFolder();
  const sound = await fillFolder(folder.path);
  const store = folderStore(folder.path);
  const { projects: indexed } = await indexProjects('all', {
    store,
    gate: testGate(store),
    clock: systemClock,
    log: () => {},
  });
  expect(indexed.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(
    Array(100).fill('package.refused'),
  );
  const url = await serveForTest({ store });
  const get = async (path: string, accept = '*/*') => {
    const answer = await fetch(`${url}/simple/${path}`, { headers: { accept } });
    expect([path, answer.status]).toEqual([path, 200]);
    return Buffer.from(await answer.arrayBuffer());
  };
  const listed: string[] = [];
  for (let i = 0; i < projects; i++) {
    const json = seenInJson(String(await get(`p${i}/`, 'application/vnd.pypi.simple.v1+json')), `p${i}`);
    const html = seenInHtml(String(await get(`p${i}/`, 'text/html')));
    expect(html.map(({ fileName }) => fileName)).toEqual(json.map(({ fileName }) => fileName));
    for (const { fileName, sha256, metadata } of [...json, ...html]) {
      expect(sha256Of(await get(`p${i}/${fileName}`))).toBe(sha256);
      expect(sha256Of(await get(`p${i}/${fileName}.metadata`))).toBe(metadata);
    }
    listed.push(...json.map(({ fileName }) => fileName));
  }
  expect(listed.sort()).toEqual(sound);
});
