import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { scheduler } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { keepAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { addToken } from '../../core/documents/tokens.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { startCli } from '../support/cli/run-cli.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { largeWheel } from '../support/python/large-wheel.ts';
import { openSocket } from '../support/served/raw-http.ts';
import { boundary, fieldPart, formEnd, formHead, soundForm } from '../support/upload/raw-form.ts';
import { send, uploadForm } from '../support/upload/upload-scene.ts';

const gigabyte = 1e9;
const wheelName = 'demo-1.0-py3-none-any.whl';

async function residentBytes(pid: number | undefined): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}

/** `gatehouse serve` in a process of its own, over a store that reserves `acme` and `demo`. */
async function startServer(folder: string) {
  const store = folderStore(join(folder, 'store'));
  const allowlist = {
    channels: [],
    platforms: ['linux-64'],
    packages: [],
    python: ['3.11'],
    reserved: ['acme', 'demo'],
  };
  await keepAllowlist(store, Buffer.from(JSON.stringify(allowlist)));
  const token = { name: 'ci', scope: 'publish' as const, names: ['*'], sha256: sha256Of('everything') };
  await addToken({ store, clock: systemClock }, token);
  const cli = startCli(['serve', '--store', 'store', '--port', '0'], { cwd: folder });
  await cli.untilSaid('uploads with a token');
  const [url = ''] = /http:\/\/[\d.:]+/.exec(cli.said.stderr) ?? [];
  const incoming = () => readdir(join(folder, 'store/_gatehouse/incoming')).catch(() => []);
  return { cli, url, incoming };
}

async function writeWheel(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'wx');
  await pipeline(largeWheel(bytes), file.createWriteStream());
}

async function* formOf(path: string): AsyncGenerator<string | Uint8Array> {
  const fields = { ':action': 'file_upload', name: 'demo', version: '1.0' };
  yield Object.entries(fields)
    .map(([name, value]) => fieldPart(name, value))
    .join('');
  yield `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="${wheelName}"\r\n\r\n`;
  yield* createReadStream(path);
  yield `\r\n${formEnd}`;
}

async function uploadLarge(url: string, path: string): Promise<[number | undefined, string]> {
  const headers = {
    Authorization: `Basic ${btoa('__token__:everything')}`,
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
  };
  const sent = request(`${url}/legacy/`, { method: 'POST', headers });
  const answered = new Promise<[number | undefined, string]>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      text(response).then((said) => resolve([response.statusCode, said]), reject);
    });
  });
  await pipeline(formOf(path), sent);
  return answered;
}

interface Watched<T> {
  readonly value: T;
  /** Bytes that the process took more meanwhile, at most. */
  readonly grown: number;
  /** Milliseconds that another client waited for a page, at most. */
  readonly slowest: number;
}

/** Runs `work`, and watches a server meanwhile. */
async function watch<T>(pid: number | undefined, url: string, work: () => Promise<T>): Promise<Watched<T>> {
  const before = await residentBytes(pid);
  let slowest = 0;
  const over = new AbortController();
  let most = before;
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await residentBytes(pid));
      const began = performance.now();
      expect((await fetch(`${url}/simple/acme-tool/`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - began);
      await scheduler.wait(50);
    }
  })();
  const value = await work().finally(() => over.abort());
  await watching;
  return { value, grown: most - before, slowest };
}

it('1 GB is uploaded with less than 64 MB more memory, and others are served meanwhile', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, wheelName);
  await writeWheel(path, gigabyte);
  const { cli, url, incoming } = await startServer(folder.path);
  // What a first upload loads is no part of what a large one takes.
  expect(await send(url, uploadForm())).toMatchObject({ status: 200 });
  const began = performance.now();
  const { value, grown, slowest } = await watch(cli.child.pid, url, () => uploadLarge(url, path));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`1 GB in ${seconds} s, ${toldOf({ grown, slowest })}: ${value.join(' ')}`);
  expect(value[0]).toBe(200);
  expect((await stat(join(folder.path, 'store/simple/demo', wheelName))).size).toBe((await stat(path)).size);
  expect(await incoming()).toEqual([]);
  cli.child.kill('SIGTERM');
  expect((await cli.ended).status).toBe(0);
  expect(grown).toBeLessThan(64e6);
  expect(slowest).toBeLessThan(5000);
});

const toldOf = ({ grown, slowest }: Pick<Watched<unknown>, 'grown' | 'slowest'>): string =>
  `grown by ${Math.round(grown / 1e6)} MB at most, others waited ${Math.round(slowest)} ms at most`;

/** Sends the first bytes of a form, and hangs up. */
async function cutUpload(url: string, bytes: number): Promise<void> {
  const form = soundForm('x'.repeat(bytes));
  const socket = openSocket(url).on('error', () => undefined);
  const start = formHead({ 'Content-Length': `${form.length}` }) + form.slice(0, bytes / 2);
  await new Promise<unknown>((resolve) => socket.write(start, 'latin1', resolve));
  socket.destroy();
}

it('50 uploads at once, with 50 that are cut, are all published and listed, and nothing of the others is left', async () => {
  await using folder = await temporaryFolder();
  const { cli, url, incoming } = await startServer(folder.path);
  expect(await send(url, uploadForm())).toMatchObject({ status: 200 });
  const fileNames = Array.from({ length: 50 }, (_, at) => `acme_tool-2.${at}-py3-none-any.whl`);
  const { value, ...watched } = await watch(cli.child.pid, url, () =>
    Promise.all([
      ...fileNames.map(async (fileName) => (await send(url, uploadForm({ fileName }))).status),
      ...fileNames.map(async (_, at) => void (await cutUpload(url, at * 10_000))),
    ]),
  );
  console.log(`50 at once: ${toldOf(watched)}`);
  // Of 100 at once 36 are too many, and are told to come again.
  for (const [at, status] of value.entries()) {
    if (status === 503)
      expect(await send(url, uploadForm({ fileName: fileNames[at] ?? '' }))).toMatchObject({ status: 200 });
    else expect([200, undefined]).toContain(status);
  }
  const page = await (await fetch(`${url}/simple/acme-tool/`)).text();
  expect(fileNames.filter((fileName) => !page.includes(`>${fileName}</a>`))).toEqual([]);
  await expect.poll(incoming, { timeout: 10_000 }).toEqual([]);
  cli.child.kill('SIGTERM');
  expect((await cli.ended).status).toBe(0);
  expect(watched.grown).toBeLessThan(100e6);
});
