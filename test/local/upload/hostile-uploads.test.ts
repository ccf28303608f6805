import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import type { UploadLimits } from '../../../local/upload/upload-limits.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { openSocket, parseResponse } from '../../support/served/raw-http.ts';
import {
  boundary,
  chunked,
  fieldPart,
  filePart,
  formEnd,
  formHead,
  part,
  sendPieces,
  soundForm,
  usualFields,
} from '../../support/upload/raw-form.ts';
import { acmeWheel, published, send, uploadForm, uploadScene } from '../../support/upload/upload-scene.ts';

/** A server over a folder, which must be as it was, and as ready, once all that is meant ill is over. */
async function scene(limits: Partial<UploadLimits> = {}, beforePublish = async () => {}) {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const served = await uploadScene({ store: folderStore(folder.path), limits, beforePublish });
  const incoming = () => readdir(join(folder.path, '_gatehouse/incoming')).catch(() => []);
  const expectUnharmed = async () => {
    await expect.poll(incoming, { timeout: 5000 }).toEqual([]);
    expect(await published(served.store)).toEqual([]);
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
    expect(await send(served.url, uploadForm())).toMatchObject({ status: 200 });
    expect(await incoming()).toEqual([]);
  };
  return { ...served, incoming, expectUnharmed };
}

const wheel = Buffer.from(buildWheel({ fileName: acmeWheel })).toString('latin1');
const close = { Connection: 'close' };
const sized = (body: string, headers = {}) =>
  formHead({ ...close, 'Content-Length': `${body.length}`, ...headers }) + body;
const inChunks = (...chunks: string[]) => formHead({ ...close, 'Transfer-Encoding': 'chunked' }) + chunked(...chunks);

const many = (count: number, make: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at)).join('');

describe('a form that is not sound is refused, and leaves nothing behind', () => {
  it.each<[string, string, number, RegExp]>([
    [
      '10,000 parts',
      sized(usualFields(wheel) + many(10_000, (at) => fieldPart(`f${at}`, 'x')) + filePart(wheel) + formEnd),
      400,
      /more than 200 fields/,
    ],
    [
      '10,000 parts behind the file',
      sized(usualFields(wheel) + filePart(wheel) + many(10_000, (at) => fieldPart(`f${at}`, 'x')) + formEnd),
      400,
      /more than 200 fields/,
    ],
    [
      '10,000 parts without a name',
      sized(usualFields(wheel) + many(10_000, () => `--${boundary}\r\n\r\nx\r\n`) + formEnd),
      400,
      /more than 200 fields/,
    ],
    ['two files', sized(usualFields(wheel) + filePart(wheel) + filePart(wheel) + formEnd), 400, /two files/],
    ['no file', sized(usualFields(wheel) + formEnd), 400, /no file/],
    ['the content as a field', sized(usualFields(wheel) + fieldPart('content', 'x') + formEnd), 400, /no file/],
    ['nothing at all', sized(''), 400, /ends before its last boundary/],
    ['no boundary in its body', sized('x'.repeat(100_000)), 400, /ends before its last boundary/],
    ['no last boundary', sized(usualFields(wheel) + filePart(wheel)), 400, /ends before its last boundary/],
    [
      'no boundary in its head',
      sized(soundForm(wheel), { 'Content-Type': 'multipart/form-data' }),
      400,
      /multipart\/form-data/,
    ],
    [
      'an empty boundary',
      sized(soundForm(wheel), { 'Content-Type': 'multipart/form-data; boundary=' }),
      400,
      /no file/,
    ],
    [
      'another type',
      sized(soundForm(wheel), { 'Content-Type': 'application/x-www-form-urlencoded' }),
      400,
      /multipart\/form-data/,
    ],
    [
      'a gzip for a body',
      sized(gzipSync(Buffer.from(soundForm(wheel), 'latin1')).toString('latin1'), { 'Content-Encoding': 'gzip' }),
      400,
      /without a Content-Encoding/,
    ],
    [
      'a field of 64 KiB and a byte',
      sized(fieldPart('summary', 'x'.repeat(64 * 1024 + 1)) + soundForm(wheel)),
      413,
      /summary is longer than 65536 bytes/,
    ],
    [
      'a description of more than 1 MiB',
      sized(fieldPart('description', 'x'.repeat(1024 ** 2 + 1)) + soundForm(wheel)),
      413,
      /description/,
    ],
    ['a claim twice', sized(fieldPart('name', 'acme-tool') + soundForm(wheel)), 400, /the field name twice/],
    [
      'a name with folders',
      sized(usualFields(wheel) + filePart(wheel, '../../simple/acme-tool/acme_tool-1.0-py3-none-any.whl') + formEnd),
      400,
      /is not the file name/,
    ],
    [
      'a head of a part of 1 MB',
      sized(part('name="x"', 'x', `X-Much: ${'x'.repeat(1e6)}\r\n`) + usualFields(wheel) + formEnd),
      400,
      /no file/,
    ],
  ])('%s', async (_title, request, status, reason) => {
    const { url, expectUnharmed } = await scene();
    const said = await sendPieces(url, [request]);
    expect([parseResponse(said).status, said.split('\r\n')[0]]).toEqual([status, expect.stringMatching(reason)]);
    await expectUnharmed();
  });

  it('what has the limits exactly is taken, in one piece, byte by byte, and in chunks', async () => {
    const { url } = await scene();
    const body =
      many(194, (at) => fieldPart(`f${at}`, 'x')) +
      fieldPart('summary', 'x'.repeat(64 * 1024)) +
      fieldPart('description', 'x'.repeat(1024 ** 2)) +
      soundForm(wheel);
    expect(await sendPieces(url, [sized(body)])).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await sendPieces(url, sized(soundForm(wheel)))).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await sendPieces(url, [inChunks(...(soundForm(wheel).match(/.{1,7}/gs) ?? []))])).toMatch(
      /^HTTP\/1\.1 200 OK/,
    );
    expect(await sendPieces(url, [sized(`preamble\r\n${soundForm(wheel)}epilogue`)])).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('what does not come as it should', () => {
  it.each([
    [
      'a part without end',
      usualFields(wheel) +
        `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="${acmeWheel}"\r\n\r\n`,
    ],
    ['a head of a part without end', `--${boundary}\r\nX-Much: `],
    ['a field without end', `--${boundary}\r\nContent-Disposition: form-data; name="f"\r\n\r\n`],
    ['a preamble without end', ''],
    ['parts without end', 'fields'],
  ])('%s is ended by a limit', async (title, start) => {
    const { url, expectUnharmed } = await scene({ fileBytes: 8 * 1024 ** 2 });
    const more = title === 'parts without end' ? fieldPart('f', 'x').repeat(1000) : 'x'.repeat(100_000);
    function* pieces() {
      yield formHead({ 'Transfer-Encoding': 'chunked' });
      if (start !== '' && start !== 'fields') yield `${start.length.toString(16)}\r\n${start}\r\n`;
      for (let i = 0; i < 1000; i++) yield `${more.length.toString(16)}\r\n${more}\r\n`;
    }
    expect(await sendPieces(url, pieces())).toMatch(/^HTTP\/1\.1 4(?:00|13) /);
    await expectUnharmed();
  });

  it('a file that is too large is 413', async () => {
    const { url, expectUnharmed } = await scene({ fileBytes: 1000 });
    const body = 'x'.repeat(1001);
    expect(await sendPieces(url, [sized(usualFields(body) + filePart(body) + formEnd)])).toMatch(
      /^HTTP\/1\.1 413 .*larger than 1000 bytes/,
    );
    await expectUnharmed();
  });

  it('chunks that lie end the connection at once', async () => {
    const { url, expectUnharmed } = await scene();
    const began = performance.now();
    const head = formHead({ 'Transfer-Encoding': 'chunked' });
    const start = soundForm(wheel).slice(0, 700);
    for (const lie of ['zz\r\n', `5\r\n${start}`, `${'f'.repeat(30)}\r\nx`]) {
      expect(await sendPieces(url, [`${head}${start.length.toString(16)}\r\n${start}\r\n${lie}`])).not.toMatch(
        /200 OK/,
      );
    }
    expect(performance.now() - began).toBeLessThan(3000);
    await expectUnharmed();
  });

  it.each([10, 300, 700, -1])('a connection that is cut after %i bytes of its form', async (at) => {
    const { url, expectUnharmed, incoming, log } = await scene();
    const body = soundForm(wheel);
    const socket = openSocket(url);
    const start = formHead({ 'Content-Length': `${body.length}` }) + body.slice(0, at);
    await new Promise<unknown>((resolve) => socket.write(start, 'latin1', resolve));
    if (at > 600 || at < 0) await expect.poll(incoming).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => log.map(({ status }) => status)).toEqual([400]);
    await expectUnharmed();
  });

  it('one that comes too slowly is 408', async () => {
    const { url, expectUnharmed } = await scene({ throughput: { windowMs: 200, bytes: 100 } });
    const body = soundForm(wheel);
    const socket = openSocket(url);
    socket.write(formHead({ 'Content-Length': `${body.length}` }));
    const answered = once(socket, 'data');
    const timer = setInterval(() => socket.write('x'), 20);
    expect(String(await answered)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(timer);
    socket.destroy();
    await expectUnharmed();
  });

  it('one that takes too long in all is 408', async () => {
    const { url, expectUnharmed } = await scene({ uploadMs: 200 });
    const body = soundForm('x'.repeat(1e6));
    async function* pieces() {
      yield formHead({ 'Content-Length': `${body.length}` });
      for (let at = 0; at < body.length; at += 10_000) {
        await scheduler.wait(20);
        yield body.slice(at, at + 10_000);
      }
    }
    expect(await sendPieces(url, pieces())).toMatch(/^HTTP\/1\.1 408 /);
    await expectUnharmed();
  });
});

describe('who has no right to send', () => {
  const wrong = { Authorization: `Basic ${btoa('__token__:wrong')}` };

  it('is answered before the form, which is thrown away, however long it is', async () => {
    const { url, expectUnharmed, incoming } = await scene();
    const body = 'x'.repeat(1e6);
    function* pieces() {
      yield formHead({ ...wrong, 'Content-Length': `${100 * body.length}` });
      for (let i = 0; i < 100; i++) yield body;
    }
    const said = await sendPieces(url, pieces());
    expect(said).toMatch(/^HTTP\/1\.1 401 .*\r\n(?:.*\r\n)*Connection: close\r\n/);
    expect(await incoming()).toEqual([]);
    await expectUnharmed();
  });

  it('is not told to go on; who has is, once', async () => {
    const { url } = await scene();
    const body = soundForm(wheel);
    const expecting = { Expect: '100-continue', 'Content-Length': `${body.length}` };
    const socket = openSocket(url);
    socket.write(formHead({ ...expecting, ...wrong }));
    const [refused] = await once(socket, 'data');
    expect(refused).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
    const other = openSocket(url);
    other.write(formHead(expecting));
    const [told] = await once(other, 'data');
    expect(told).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    other.write(body, 'latin1');
    const [said] = await once(other, 'data');
    expect(said).toMatch(/^HTTP\/1\.1 200 OK/);
    other.destroy();
  });
});

describe('many at once', () => {
  it('50 uploads of one project are all published', async () => {
    const { url, store } = await scene();
    const versions = Array.from({ length: 50 }, (_, at) => `acme_tool-1.${at}-py3-none-any.whl`);
    const replies = await Promise.all(versions.map((fileName) => send(url, uploadForm({ fileName }))));
    expect(replies.map(({ status }) => status)).toEqual(versions.map(() => 200));
    const keys = await published(store);
    expect(versions.filter((fileName) => !keys.includes(`simple/acme-tool/${fileName}`))).toEqual([]);
  });

  it('of 10 that bring other bytes under one name one wins, and the others are told so', async () => {
    const { url, store, incoming } = await scene();
    const bytes = Array.from({ length: 10 }, (_, at) =>
      buildWheel({ fileName: acmeWheel, files: { 'a.py': `x = ${at}\n` } }),
    );
    const replies = await Promise.all(bytes.map((each) => send(url, uploadForm({ bytes: each }))));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(403)]);
    const winner = bytes[replies.findIndex(({ status }) => status === 200)];
    const stored = await fetch(`${url}/simple/acme-tool/${acmeWheel}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(winner ?? new Uint8Array())).toBe(true);
    expect([await incoming(), (await published(store)).length]).toEqual([[], 4]);
  });

  it('one more than may be is 503, and so is what is more than may be staged', async () => {
    const gate = Promise.withResolvers<void>();
    const { url, incoming } = await scene({ uploads: 1 }, () => gate.promise);
    const first = send(url, uploadForm());
    await expect.poll(incoming).toHaveLength(1);
    const second = await send(url, uploadForm());
    expect(second).toMatchObject({ status: 503, reason: expect.stringContaining('too many uploads') });
    expect(second.headers.get('retry-after')).toBe('10');
    gate.resolve();
    expect(await first).toMatchObject({ status: 200 });
    const small = await scene({ stagedBytes: 100 });
    expect(await send(small.url, uploadForm())).toMatchObject({ status: 503 });
    expect(await small.incoming()).toEqual([]);
  });
});
