import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderCache } from '../../../adapters/cache-folder.ts';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { type Subdir, subdirSchema } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { shardsForm } from '../../support/upstream/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

/** `<channel>/<subdir>` -> the file its records are in. */
const subdirs = new Map<string, string>();
for (const channel of readdirSync(join(corpus, 'channels'))) {
  for (const subdir of readdirSync(join(corpus, 'channels', channel))) {
    const [zst, json] = ['.zst', ''].map((end) => join(corpus, 'channels', channel, subdir, `repodata.json${end}`));
    if (existsSync(json ?? '')) subdirs.set(`${channel}/${subdir}`, (existsSync(zst ?? '') ? zst : json) ?? '');
  }
}
const loose = [
  ['subset/linux-64', 'conda-forge-subset/linux-64/repodata.json.zst'],
  ['subset/noarch', 'conda-forge-subset/noarch/repodata.json.zst'],
  ['r/linux-64', 'defaults-r_linux-64.json'],
  ['conda-test/noarch', 'other/conda-conda__conda-test_noarch.json'],
  ['main/noarch', 'other/conda-conda__main_noarch.json'],
  ['numpy/linux-64', 'other/mamba__conda-forge-numpy-linux-64.json'],
] as const;
for (const [subdir, file] of loose) subdirs.set(subdir, join(corpus, 'repodata', file));

/** What is left out of all of it, and why. */
const expectedProblems = ['record.identity quetz/linux-64/test-package-0.1-0_copy.tar.bz2'];

type Section = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface Document {
  readonly packages?: Section;
  readonly 'packages.conda'?: Section;
}

async function parsed(file: string): Promise<Document> {
  const bytes = await readFile(file);
  return JSON.parse((file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString());
}

const typed = ['constrains', 'depends', 'subdir', 'size', 'sha256', 'md5', 'timestamp', 'noarch'];

/** What says where a record is, which is for the channel to say. */
const placeKeys = ['url', 'fn', 'channel'];

/** The record as it must come out, by hand: nulls of typed keys are absent, no depends is an empty list. */
function cleaned(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(record)
    .filter(([key, value]) => !(value === null && typed.includes(key)) && !placeKeys.includes(key))
    .filter(([key, value]) => !(key === 'track_features' && value === ''))
    .map(([key, value]) => [key, Array.isArray(value) ? value.map((text) => respelt.get(text) ?? text) : value]);
  const { depends = [], ...rest } = Object.fromEntries(kept);
  return { ...rest, depends: Array.isArray(depends) ? depends : [depends] };
}

/** What not every client reads alike, and how it is spelt for all. */
const respelt = new Map([
  ['foo ==3*', 'foo 3.*'],
  ['ncurses >=5.9*', 'ncurses >=5.9'],
  ['dependency>=2.0', 'dependency >=2.0'],
]);

let root: TemporaryFolder;
let server: Server;
let httpBase: string;
beforeAll(async () => {
  root = await temporaryFolder();
  for (const [subdir, file] of subdirs) {
    const folder = join(root.path, 'channels', subdir);
    await mkdir(folder, { recursive: true });
    await symlink(file, join(folder, file.endsWith('.zst') ? 'repodata.json.zst' : 'repodata.json'));
  }
  server = createServer((request, response) => {
    const answer = (bytes: Buffer) =>
      response.writeHead(200, { etag: '"1"', 'content-length': bytes.length }).end(bytes);
    readFile(join(root.path, 'channels', request.url ?? '')).then(answer, () => response.writeHead(404).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  httpBase = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await root[Symbol.asyncDispose]();
});

async function readAll(channel: string, subdir: Subdir, world: ReturnType<typeof upstreamWorld>) {
  const opened = await openUpstreamSubdir(channel, subdir, world);
  if (opened === null) throw new Error(`${channel} has no ${subdir}`);
  const all = await Promise.all([...opened.names()].map((name) => opened.records(name)));
  return { records: all.flatMap(({ records }) => records), problems: all.flatMap(({ problems }) => problems) };
}

describe('every index of the corpus', () => {
  it.each(['file', 'http', 'shards'])('gives over %s the records that JSON.parse finds in it', async (way) => {
    const problems: string[] = [];
    for (const [subdir, file] of subdirs) {
      const [name = '', platform] = subdir.split('/');
      const document = await parsed(file);
      const bases = {
        file: pathToFileURL(join(root.path, 'channels')).href,
        http: httpBase,
        shards: 'https://shards.example.org',
      };
      const base = bases[way as keyof typeof bases];
      const shards = new Map(
        Object.entries(shardsForm(document)).map(([path, bytes]) => [`${base}/${subdir}/${path}`, bytes]),
      );
      const cache = folderCache(join(root.path, 'cache', way));
      const world = upstreamWorld(way === 'shards' ? testFiles(shards).fetch : httpFetch(), cache);
      const read = await readAll(`${base}/${name}`, subdirSchema.parse(platform), world);
      const dropped = new Set(read.problems.map((problem) => problem.subject.split('/').at(-1)));
      problems.push(...read.problems.map((problem) => `${problem.code} ${problem.subject.slice(base.length + 1)}`));
      const expected = Object.entries({ ...document.packages, ...document['packages.conda'] })
        .filter(([fileName]) => !dropped.has(fileName))
        .map(([fileName, record]) => [fileName, `${base}/${subdir}/${fileName}`, cleaned(record)]);
      expect(
        new Map(read.records.map(({ filename, url, record }) => [filename, [filename, url, record]])),
        subdir,
      ).toEqual(new Map(expected.map((entry) => [entry[0], entry])));
    }
    expect(problems.sort()).toEqual(expectedProblems);
  });

  it('holds a few thousand records in all', async () => {
    const documents = await Promise.all([...subdirs.values()].map(parsed));
    const records = documents.flatMap((document) =>
      Object.keys({ ...document.packages, ...document['packages.conda'] }),
    );
    expect(records.length).toBeGreaterThan(5000);
  });
});
