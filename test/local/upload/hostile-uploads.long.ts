import { once } from 'node:events';
import { scheduler } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { openSocket, parseResponse } from '../../support/served/raw-http.ts';
import { folderScene } from '../../support/upload/folder-scene.ts';
import {
  boundary,
  fieldPart,
  filePart,
  formEnd,
  formHead,
  inChunks,
  part,
  sendPieces,
  sized,
  soundForm,
  soundWheel,
  usualFields,
} from '../../support/upload/raw-form.ts';
import { acmeWheel, published, send, uploadForm } from '../../support/upload/upload-scene.ts';

const wheel = soundWheel;
const many = (count: number, make: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at)).join('');

describe('a form that is not sound is refused, and leaves nothing behind', () => {
  const forms: readonly [what: string, request: string, status: number, reason: RegExp][] = [
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
  ];

  it('each of them, and the server goes on', async () => {
    const { url, expectUnharmed, incoming } = await folderScene();
    for (const [what, request, status, reason] of forms) {
      const said = await sendPieces(url, [request]);
      const [line] = said.split('\r\n');
      expect([what, parseResponse(said).status, line]).toEqual([what, status, expect.stringMatching(reason)]);
      await expect.poll(incoming, { timeout: 5000 }).toEqual([]);
    }
    await expectUnharmed();
  });

  it('one whose last part is wrong, long after its file came whole', async () => {
    const { url, expectUnharmed, incoming } = await folderScene();
    const file = usualFields(wheel) + filePart(wheel);
    const request = sized(file + fieldPart('summary', 'x'.repeat(64 * 1024 + 1)) + formEnd);
    const untilLast = request.indexOf(file) + file.length + 10;
    async function* pieces() {
      yield request.slice(0, untilLast);
      await expect.poll(incoming).toHaveLength(1);
      await scheduler.wait(100);
      yield request.slice(untilLast);
    }
    expect(await sendPieces(url, pieces())).toMatch(/^HTTP\/1\.1 413 /);
    await expectUnharmed();
  });

  it('what has the limits exactly is taken, in one piece, byte by byte, and in chunks', async () => {
    const { url } = await folderScene();
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

describe('who has no right to send', () => {
  const wrong = { Authorization: `Basic ${btoa('__token__:wrong')}` };

  it('is answered before the form, which is thrown away, however long it is', async () => {
    const { url, expectUnharmed, incoming } = await folderScene();
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
    const { url } = await folderScene();
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
  it('5 uploads of one project are all published', async () => {
    const { url, store } = await folderScene();
    const versions = Array.from({ length: 5 }, (_, at) => `acme_tool-1.${at}-py3-none-any.whl`);
    const replies = await Promise.all(versions.map((fileName) => send(url, uploadForm({ fileName }))));
    expect(replies.map(({ status }) => status)).toEqual(versions.map(() => 200));
    const keys = await published(store);
    expect(versions.filter((fileName) => !keys.includes(`simple/acme-tool/${fileName}`))).toEqual([]);
  });

  it('of 10 that bring other bytes under one name one wins, and the others are told so', async () => {
    const { url, store, incoming } = await folderScene();
    const bytes = Array.from({ length: 10 }, (_, at) =>
      buildWheel({ fileName: acmeWheel, files: { 'a.py': `x = ${at}\n` } }),
    );
    const replies = await Promise.all(bytes.map((each) => send(url, uploadForm({ bytes: each }))));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(403)]);
    const winner = bytes[replies.findIndex(({ status }) => status === 200)];
    const stored = await fetch(`${url}/simple/acme-tool/${acmeWheel}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(winner ?? new Uint8Array())).toBe(true);
    // With the verdict, its entry of the ledger and the ledger's head.
    expect([await incoming(), (await published(store)).length]).toEqual([[], 7]);
  });

  it('one more than may be is 503, and so is what is more than may be staged', async () => {
    const gate = Promise.withResolvers<void>();
    const { url, incoming } = await folderScene({ uploads: 1 }, () => gate.promise);
    const first = send(url, uploadForm());
    await expect.poll(incoming).toHaveLength(1);
    const second = await send(url, uploadForm());
    expect(second).toMatchObject({ status: 503, reason: expect.stringContaining('too many uploads') });
    expect(second.headers.get('retry-after')).toBe('10');
    gate.resolve();
    expect(await first).toMatchObject({ status: 200 });
    const small = await folderScene({ stagedBytes: wheel.length });
    for (let i = 0; i < 2; i++) expect(await send(small.url, uploadForm())).toMatchObject({ status: 200 });
    const larger = buildWheel({ fileName: acmeWheel, files: { 'acme_tool.py': 'x = 1\n', 'more.py': '' } });
    expect(await send(small.url, uploadForm({ bytes: larger }))).toMatchObject({ status: 503 });
    expect(await small.incoming()).toEqual([]);
  });
});
