import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { asTyped, gatehouseIn } from './gatehouse-in.ts';
import { guide } from './guide-blocks.ts';
import { buildTools, type OwnTool } from './own-tools.ts';
import { peerServer } from './peer-server.ts';
import { client, type PipUser, pips, pipUser, userIn } from './pip-client.ts';

/** What the old server has: names in more than one spelling, a local version, one that needs another. */
const tools: readonly OwnTool[] = [
  { name: 'Acme.Notes', version: '1.0', backend: 'setuptools', dependencies: ['acme-base>=1'] },
  { name: 'acme-base', version: '1.2', backend: 'hatchling' },
  { name: 'acme_gpu', version: '1.0+cu118', backend: 'flit' },
];
const projects = ['acme-base', 'acme-gpu', 'acme-notes'];
const wanted = ['acme-notes', 'acme-gpu==1.0+cu118'];

const blocksOf = await guide('docs/moving.md');
const commandOf = (section: string, at = 0) => blocksOf(section).filter(({ language }) => language === 'sh')[at]?.text;

let built: TemporaryFolder;
beforeAll(async () => {
  built = await temporaryFolder();
  await buildTools(await userIn(built.path), tools);
});
afterAll(() => built[Symbol.asyncDispose]());

/** A user with those files in a folder of their home. */
async function userWith(folder: string): Promise<PipUser> {
  const user = await pipUser();
  await cp(join(built.path, 'dist'), join(user.home, folder), { recursive: true });
  return user;
}

const shell = async (user: PipUser, ...commands: readonly (string | undefined)[]) => {
  const { status, said } = await user.run(['sh', '-euc', asTyped(commands.join('\n'))]);
  expect(status, said).toBe(0);
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Each project's files and their hashes, by the old server's pages; of signatures, which pypiserver lists too, none. */
async function listedBy(pageOf: (project: string) => string) {
  const pages = projects.map(async (project) => {
    const html = await (await fetch(pageOf(project))).text();
    const files = [...html.matchAll(/#sha256=([0-9a-f]{64})[^>]*>([^<]+)(?<!\.asc)</g)].map(([, hash, file]) => [
      file,
      hash,
    ]);
    return [project, Object.fromEntries(files)];
  });
  return Object.fromEntries(await Promise.all(pages));
}

/** The same by our own pages. */
async function listedHere(url: string) {
  const pages = projects.map(async (project) => {
    const headers = { accept: 'application/vnd.pypi.simple.v1+json' };
    const page = pageSchema.parse(await (await fetch(`${url}/simple/${project}/`, { headers })).json());
    return [project, Object.fromEntries(page.files.map(({ filename, hashes }) => [filename, hashes.sha256]))];
  });
  return Object.fromEntries(await Promise.all(pages));
}

const pageSchema = z.object({
  files: z.array(z.object({ filename: z.string(), hashes: z.object({ sha256: z.string() }) })),
});

/** What a pip takes from an index for what is wanted: file names and their hashes. */
async function taken(pip: string, index: string) {
  const user = await pipUser({ PIP_INDEX_URL: index, PIP_CONFIG_FILE: '/dev/null' });
  const { status, said } = await user.run([pip, 'download', '--no-cache-dir', '--dest', 'got', ...wanted]);
  expect(status, said).toBe(0);
  const names = (await readdir(join(user.home, 'got'))).sort();
  const hashes = names.map(async (name) => [name, sha256(await readFile(join(user.home, 'got', name)))]);
  return Object.fromEntries(await Promise.all(hashes));
}

/** Moves what `from` names by the page's own commands, and holds what is served then against the old server. */
async function movesAll(user: PipUser, from: string | undefined, old: { index: string; pageOf(name: string): string }) {
  const [listed, got] = await Promise.all([listedBy(old.pageOf), taken(pips[0] ?? '', old.index)]);
  expect(Object.keys(Object.assign({}, ...Object.values(listed)))).toHaveLength(6);
  const gatehouse = gatehouseIn(user.home);
  await shell(user, from, commandOf('All at once'));
  const url = await gatehouse.serve();
  expect(await listedHere(url)).toEqual(listed);
  for (const pip of pips) expect(await taken(pip, `${url}/simple/`)).toEqual(got);
  await gatehouse.run('verify');
}

test('a folder that pypiserver serves', async () => {
  const user = await userWith('packages/team');
  await user.write('packages/acme_notes-1.0.tar.gz.asc', 'a signature');
  const served = ['run', '-i', '127.0.0.1', '--disable-fallback', 'packages'];
  const { url } = await peerServer((port) => [client('pypi-server'), ...served, '-p', `${port}`], user.home);
  await movesAll(user, commandOf('From pypiserver'), {
    index: `${url}/simple/`,
    pageOf: (name) => `${url}/simple/${name}/`,
  });
});

test('users of an htpasswd file get a token each', async () => {
  const user = await pipUser();
  await user.write('.htpasswd', 'alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nbob:$apr1$x$y\n');
  await shell(user, commandOf('From pypiserver', 1));
  const { stdout } = await gatehouseIn(user.home).run('token', 'list', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { name: 'alice', names: ['acme-*'] },
    { name: 'bob', names: ['acme-*'] },
  ]);
});

test('an index of devpi', async () => {
  const user = await userWith('dist');
  const ran = async (program: string, ...args: string[]) => {
    const { status, said } = await user.run([client(program), ...args]);
    expect(status, said).toBe(0);
  };
  await ran('devpi-init', '--no-root-pypi');
  const options = ['--host', '127.0.0.1', '--offline-mode'];
  const { url } = await peerServer((port) => [client('devpi-server'), ...options, '--port', `${port}`], user.home);
  await makeDevpiIndex(url, 'acme', 'prod');
  const devpi = (...args: string[]) => ran('devpi', ...args, '--clientdir', 'client');
  await devpi('use', `${url}/acme/prod`);
  await devpi('login', 'acme', '--password', 'secret');
  await devpi('upload', '--from-dir', 'dist');
  const index = `${url}/acme/prod/+simple/`;
  await movesAll(user, commandOf('From devpi'), { index, pageOf: (name) => `${index}${name}/` });
});

/** A user and an index of theirs by devpi's own interface: its client takes seconds for each. */
async function makeDevpiIndex(url: string, user: string, index: string): Promise<void> {
  const ask = async (method: string, path: string, body: object, headers = {}) => {
    const asked = { method, body: JSON.stringify(body), headers: { accept: 'application/json', ...headers } };
    const response = await fetch(`${url}/${path}`, asked);
    expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
    return loginSchema.parse(await response.json()).result?.password ?? '';
  };
  await ask('PUT', user, { password: 'secret' });
  const token = await ask('POST', '+login', { user, password: 'secret' });
  const auth = Buffer.from(`${user}:${token}`).toString('base64');
  await ask('PUT', `${user}/${index}`, { bases: [], volatile: false }, { 'x-devpi-auth': auth });
}

/** Of a login, `password` is a token for ten hours. */
const loginSchema = z.object({ result: z.object({ password: z.string().optional() }).optional() });

test('a bucket of s3pypi', async () => {
  const user = await pipUser();
  await asS3pypi(join(built.path, 'dist'), join(user.home, 's3pypi'));
  const args = (port: number) => ['-m', 'http.server', '--bind', '127.0.0.1', '--directory', 's3pypi', `${port}`];
  const { url } = await peerServer((port) => [client('python'), ...args(port)], user.home);
  await movesAll(user, commandOf('From s3pypi', 1), { index: `${url}/`, pageOf: (name) => `${url}/${name}/` });
});

/**
 * Lays files out as s3pypi 2.0.1 does with `--index.html --put-root-index`: by its `core.py`, `index.py` and `storage.py`,
 * https://github.com/gorilla-co/s3pypi/tree/v2.0.1/s3pypi
 */
async function asS3pypi(from: string, to: string): Promise<void> {
  const rows = new Map<string, string[]>();
  for (const name of (await readdir(from)).sort()) {
    const stem = name.endsWith('.whl') ? name.split('-')[0] : name.replace(/-[^-]*$/, '');
    const project = stem?.toLowerCase().replaceAll(/[-_.]+/g, '-') ?? '';
    await mkdir(join(to, project), { recursive: true });
    await cp(join(from, name), join(to, project, name));
    const hash = sha256(await readFile(join(from, name)));
    const row = `    <a href="${encodeURIComponent(name)}#sha256=${hash}">${name}</a>`;
    rows.set(project, [...(rows.get(project) ?? []), row]);
  }
  rows.set(
    '',
    [...rows.keys()].map((project) => `    <a href="${project}/">${project}</a>`),
  );
  for (const [project, links] of rows) await writeFile(join(to, project, 'index.html'), page(links.join('<br>\n')));
}

const page = (body: string) => `<!DOCTYPE html>
<html>
  <head>
    <meta charset="UTF-8">
    <title>Package Index</title>
  </head>
  <body>
${body}
  </body>
</html>
`;
