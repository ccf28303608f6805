import { once } from 'node:events';
import { scheduler } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openSocket } from '../../support/served/raw-http.ts';
import { folderScene } from '../../support/upload/folder-scene.ts';
import {
  boundary,
  fieldPart,
  filePart,
  formEnd,
  formHead,
  sendPieces,
  sized,
  soundForm,
  soundWheel,
  usualFields,
} from '../../support/upload/raw-form.ts';
import { acmeWheel } from '../../support/upload/upload-scene.ts';

const wheel = soundWheel;

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
    const { url, expectUnharmed } = await folderScene({ fileBytes: 8 * 1024 ** 2 });
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
    const { url, expectUnharmed } = await folderScene({ fileBytes: 1000 });
    const body = 'x'.repeat(1001);
    expect(await sendPieces(url, [sized(usualFields(body) + filePart(body) + formEnd)])).toMatch(
      /^HTTP\/1\.1 413 .*larger than 1000 bytes/,
    );
    await expectUnharmed();
  });

  it('chunks that lie end the connection at once', async () => {
    const { url, expectUnharmed } = await folderScene();
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
    const { url, expectUnharmed, incoming, log } = await folderScene();
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
    const { url, expectUnharmed } = await folderScene({ throughput: { windowMs: 200, bytes: 100 } });
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
    const { url, expectUnharmed } = await folderScene({ uploadMs: 200 });
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
