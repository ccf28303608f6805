import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { osvExport, recentRecord } from '../support/advisories/osv-export.ts';
import { type CliRun, runCli } from '../support/cli/run-cli.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { companyAuthority } from '../support/network/certificates.ts';
import {
  noShards,
  open,
  type PrivateUpstream,
  privateUpstream,
  wantsBasic,
  wantsToken,
} from '../support/network/private-upstream.ts';
import { type TestProxy, testProxy } from '../support/network/test-proxy.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { serveProjects } from '../support/python/serve-projects.ts';

/** What stands in the page for what the test has. */
const [login, password, token] = ['me', 'hunter2-secret', 'ab-hunter2-token'] as const;

let folder: TemporaryFolder;
let home = '';
let upstream: PrivateUpstream;
let proxy: TestProxy;
let lockedProxy: TestProxy;
let closedProxy: TestProxy;
beforeAll(async () => {
  folder = await temporaryFolder();
  upstream = await privateUpstream(join(folder.path, 'upstream'), extras);
  proxy = await testProxy();
  lockedProxy = await testProxy({ wants: `${login}:${password}` });
  closedProxy = await testProxy({ status: 403 });
});
afterAll(async () => {
  for (const one of [upstream, proxy, lockedProxy, closedProxy, folder]) await one[Symbol.asyncDispose]();
});
beforeEach(async () => {
  home = join(folder.path, 'home');
  await rm(home, { recursive: true, force: true });
  await mkdir(join(home, 'certificates'), { recursive: true });
  upstream.door = open;
  for (const path of ['ca.pem', 'certificates/acme.pem']) await writeFile(join(home, path), companyAuthority.cert);
});

/** An index, a mapping and an export of advisories beside the channel. */
const extras: Parameters<typeof privateUpstream>[1] = (request, response, next) => {
  const wheel = buildWheel({ fileName: 'demo-1.0-py3-none-any.whl', files: { 'demo.py': 'x = 1\n' } });
  if (request.url === '/names.json') return void response.end('{}');
  if (request.url === '/advisories.zip') return void response.end(osvExport([recentRecord(Date.now())]));
  serveProjects({ demo: [{ fileName: 'demo-1.0-py3-none-any.whl', bytes: wheel }] })(request, response, next);
};

/** Variables that this machine may have set itself. */
const nothingSet = Object.fromEntries(
  [
    ...['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'],
    ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'NETRC'],
  ].map((name) => [name, undefined]),
);

interface Scene {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the home, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly channel?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** One sync of `tool` from the channel in a process of its own. */
async function sync({ environment = {}, files = {}, channel = direct(), more = {} }: Scene): Promise<CliRun> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(home, name), content);
  const policy = { advisories: 'none', coolDown: { days: 0 } };
  const allowlist = { channels: [channel], platforms: ['linux-64'], packages: ['tool'], mapping: 'none', policy };
  await writeFile(join(home, 'allowlist.json'), JSON.stringify({ ...allowlist, ...more }));
  const env = { ...nothingSet, HOME: home, USERPROFILE: home, ...environment };
  return runCli(['sync', '--json'], { cwd: home, env });
}

const direct = () => `https://127.0.0.1:${upstream.port}/channel`;
/** Names that only the proxies lead to. */
const behind = () => `https://conda.acme.test:${upstream.port}/channel`;
const behindInClear = () => `http://conda.acme.test:${upstream.clearPort}/channel`;
const trusting = () => ({ SSL_CERT_FILE: join(home, 'ca.pem') });

const fetchedSchema = z.object({ fetched: z.array(z.string()) });

/** The sync brought all; nothing of what it said or wrote has a secret in it. */
async function expectSynced(run: CliRun, count = 2): Promise<void> {
  expect(run.stderr).not.toContain('problem');
  expect([run.status, parseJson(run.stdout, fetchedSchema, 'sync').fetched.length]).toEqual([0, count]);
  await expectNoSecret(run);
}

async function expectNoSecret({ stdout, stderr }: CliRun): Promise<void> {
  const texts = [stdout, stderr];
  const store = join(home, '.gatehouse');
  const entries = await readdir(store, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    texts.push(entry.name);
    if (entry.isFile()) texts.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
  }
  const secrets = [password, token, Buffer.from(`${login}:${password}`).toString('base64')];
  for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
}

/** A line of the page with what the test has in place of its examples. */
const filled = (line: string): string =>
  line
    .replace('machine conda.example.org', 'machine 127.0.0.1')
    .replace('/path/to/certificates', join(home, 'certificates'))
    .replace('/path/to', home)
    .replace('NAME', login)
    .replace('PASSWORD', password)
    .replace('TOKEN', token)
    .replace('proxy.example.org:3128', line.includes('PASSWORD') ? lockedProxy.host : proxy.host);

const variable = (line: string): Record<string, string> => {
  const [name = '', value = ''] = filled(line).split(/=(.*)/s);
  return { [name]: value };
};

const basicLine = () => `machine 127.0.0.1 login ${login} password ${password}`;

type Play = (line: string) => Promise<void>;

const byBasic: Play = async (line) => {
  upstream.door = wantsBasic(`${login}:${password}`);
  await expectSynced(await sync({ environment: trusting(), files: { '.netrc': filled(line) } }));
};
const byFile =
  (name: string): Play =>
  async (line) => {
    upstream.door = wantsBasic(`${login}:${password}`);
    const environment = { ...trusting(), ...(line.startsWith('~') ? {} : variable(line)) };
    await expectSynced(await sync({ environment, files: { [name]: basicLine() } }));
  };
const byAuthority: Play = async (line) => expectSynced(await sync({ environment: variable(line) }));
const byProxy =
  (channel: () => string): Play =>
  async (line) => {
    const through = line.includes('PASSWORD') ? lockedProxy : proxy;
    const before = through.requests.length;
    const given = variable(line);
    const lower = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
    const nowhere = line.startsWith('ALL') ? {} : { HTTPS_PROXY: dead, HTTP_PROXY: dead, ALL_PROXY: dead };
    for (const environment of [given, { ...nowhere, ...lower }]) {
      await rm(join(home, '.gatehouse'), { recursive: true, force: true });
      await expectSynced(await sync({ environment: { ...trusting(), ...environment }, channel: channel() }));
    }
    expect(through.requests.length).toBeGreaterThan(before);
  };
/** A proxy that is not there. */
const dead = '127.0.0.1:1';

/** Each line of the page's tables, by its first cell. */
const plays: Readonly<Record<string, Play>> = {
  'machine conda.example.org login NAME password PASSWORD': byBasic,
  'machine conda.example.org login "NAME" password "PASSWORD"': byBasic,
  'machine conda.example.org login /t/ password TOKEN': async (line) => {
    upstream.door = wantsToken(token);
    await expectSynced(await sync({ environment: trusting(), files: { '.netrc': filled(line) } }));
    expect(upstream.requests.at(-1)).toMatch(new RegExp(`^/t/${token}/channel/`));
  },
  'default login NAME password PASSWORD': byBasic,
  'NETRC=/path/to/netrc': byFile('netrc'),
  '~/.netrc': byFile('.netrc'),
  '~/_netrc': byFile('_netrc'),
  'SSL_CERT_FILE=/path/to/ca.pem': byAuthority,
  'REQUESTS_CA_BUNDLE=/path/to/ca.pem': byAuthority,
  'CURL_CA_BUNDLE=/path/to/ca.pem': byAuthority,
  'NODE_EXTRA_CA_CERTS=/path/to/ca.pem': byAuthority,
  'SSL_CERT_DIR=/path/to/certificates': async (line) => {
    if (process.platform === 'linux') await byAuthority(line);
  },
  'HTTPS_PROXY=http://proxy.example.org:3128': byProxy(behind),
  'HTTPS_PROXY=proxy.example.org:3128': byProxy(behind),
  'HTTPS_PROXY=http://NAME:PASSWORD@proxy.example.org:3128': byProxy(behind),
  'HTTP_PROXY=proxy.example.org:3128': byProxy(behindInClear),
  'ALL_PROXY=proxy.example.org:3128': byProxy(behind),
  'NO_PROXY=.example.org,10.0.0.0/8': async (line) => {
    // Of this machine, and none of the addresses that are never asked through a proxy.
    const [channel, direct] = [`http://0.0.0.0:${upstream.clearPort}/channel`, variable(line.replace('10.', '0.'))];
    expect((await sync({ environment: { ALL_PROXY: closedProxy.host }, channel })).status).toBe(1);
    await expectSynced(await sync({ environment: { ALL_PROXY: closedProxy.host, ...direct }, channel }));
  },
  'answered with status 401': async (line) => {
    upstream.door = wantsBasic('another:one');
    const without = await sync({ environment: trusting() });
    expect(without.stdout).toContain(line);
    expect(without.stdout).toContain('Does it want credentials? Put \\"machine 127.0.0.1 login NAME');
    const refused = await sync({ environment: trusting(), files: { '.netrc': basicLine() } });
    expect(refused.stdout).toContain(line);
    expect(refused.stdout).toContain('127.0.0.1 refuses what netrc has for it');
    await expectNoSecret(refused);
    upstream.door = noShards;
    await expectSynced(await sync({ environment: trusting() }));
  },
  'line 1: a word that netrc does not have': (line) =>
    ends(line, { files: { '.netrc': `${basicLine()} ${password}` } }),
  'NETRC names /path/to/netrc, which is not there': (line) =>
    ends(line, { environment: variable('NETRC=/path/to/netrc') }),
  'does not count: ': async (line) => {
    const before = upstream.requests.length;
    const run = await sync({});
    expect(run.stdout).toContain(`the certificate of 127.0.0.1:${upstream.port} ${line}`);
    expect([run.status, run.stderr.includes('retry'), upstream.requests.length]).toEqual([1, false, before]);
  },
  'SSL_CERT_FILE names /path/to/ca.pem, which cannot be read (ENOENT)': async (line) => {
    await rm(join(home, 'ca.pem'));
    await ends(line, { environment: trusting() });
  },
  'HTTPS_PROXY is not the URL of a proxy': (line) =>
    ends(line, { channel: behind(), environment: { HTTPS_PROXY: `${login}:1/${password}@${proxy.host}` } }),
  'wants a user and a password (status 407)': (line) => fails(line, `http://${lockedProxy.host}`),
  'refuses the user and password of its URL (status 407)': (line) =>
    fails(line, `http://you:${password}@${lockedProxy.host}`),
  'does not lead to conda.example.org': (line) => fails(line.replace('example.org', 'acme.test'), closedProxy.host),
  'names a SOCKS proxy, which is not supported': (line) =>
    ends(line, { channel: behind(), environment: { ALL_PROXY: `socks5h://${login}:${password}@${proxy.host}` } }),
};

/** A mistake of the user's, which is told once. */
async function ends(line: string, scene: Scene): Promise<void> {
  const run = await sync({ ...scene, environment: { ...trusting(), ...scene.environment } });
  expect([run.status, run.stderr.split(filled(line)).length]).toEqual([1, 2]);
  await expectNoSecret(run);
}

/** The channel cannot be had, which the plan tells. */
async function fails(line: string, proxyUrl: string): Promise<void> {
  const run = await sync({ channel: behind(), environment: { ...trusting(), HTTPS_PROXY: proxyUrl } });
  expect(run.stdout).toContain(line);
  expect([run.status, /"attempt"|again in/.test(run.stderr)]).toEqual([1, false]);
  await expectNoSecret(run);
}

const page = await readFile(new URL('../../docs/networks.md', import.meta.url), 'utf8');
const lines = [...page.matchAll(/^\| `(.+?)` \|/gm)].map(([, line]) => line ?? '');

describe('docs/networks.md', () => {
  it('has the lines that are played here', () => {
    expect(lines).toEqual(Object.keys(plays));
  });

  it.each(lines)('%s', async (line) => {
    await plays[line]?.(line);
  });
});

it('index, mapping and advisories are asked with credentials too, and a private channel is followed', async () => {
  upstream.door = wantsBasic(`${login}:${password}`);
  const base = `https://127.0.0.1:${upstream.port}`;
  const more = {
    packages: ['tool', { pypi: 'demo' }],
    indexes: [`${base}/simple`],
    mapping: `${base}/names.json`,
    policy: { advisories: `${base}/advisories.zip`, coolDown: { days: 0 } },
  };
  const run = await sync({ environment: trusting(), files: { '.netrc': basicLine() }, more });
  const asked = upstream.requests.filter((request) =>
    request.endsWith(Buffer.from(`${login}:${password}`).toString('base64')),
  );
  for (const path of ['/simple/demo/', '/names.json', '/advisories.zip', '/channel/linux-64/tool-1.0-0.conda'])
    expect(asked.some((request) => request.startsWith(`${path} `))).toBe(true);
  expect(run.stdout).not.toContain('status 401');
  await expectNoSecret(run);
});
