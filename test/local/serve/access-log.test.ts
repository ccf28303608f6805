import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GatehouseError } from '../../../core/problems/error.ts';
import { harmlessTerminal } from '../../../local/render/terminal.ts';
import { accessLog } from '../../../local/serve/access-log.ts';
import { clientOf, loggedPath, type ServedRequest } from '../../../local/serve/served-request.ts';
import { fakeTerminal } from '../../support/cli/fake-terminal.ts';

const time = new Date('2026-10-09T13:55:36.789Z');
const request: ServedRequest = {
  type: 'serve.request',
  client: '192.0.2.7',
  method: 'GET',
  path: '/conda/noarch/repodata.json',
  protocol: 'HTTP/1.1',
  agent: 'conda/26.1.0',
  status: 200,
  bytes: 512,
  ms: 3,
};

function said(access: ServedRequest, format: 'common' | 'json' | null) {
  const told: { out: string[]; err: string[] } = { out: [], err: [] };
  const terminal = { out: (text: string) => void told.out.push(text), err: (text: string) => void told.err.push(text) };
  accessLog(format, terminal, () => time)(access);
  return { out: told.out.join(''), err: told.err.join('') };
}

describe('an access log', () => {
  test('common is the Common Log Format', () => {
    expect(said(request, 'common').out).toBe(
      '192.0.2.7 - - [09/Oct/2026:13:55:36 +0000] "GET /conda/noarch/repodata.json HTTP/1.1" 200 512\n',
    );
    const refused = { ...request, method: '-', path: '-', protocol: '-', status: 400, bytes: 0 };
    expect(said(refused, 'common').out).toBe('192.0.2.7 - - [09/Oct/2026:13:55:36 +0000] "-" 400 0\n');
  });

  test('json is one object a line', () => {
    const line = z.record(z.string(), z.unknown()).parse(JSON.parse(said(request, 'json').out));
    expect(line).toEqual({ ...request, time: '2026-10-09T13:55:36.789Z' });
  });

  test('a long name of a client is cut', () => {
    const line: unknown = JSON.parse(said({ ...request, agent: 'x'.repeat(201) }, 'json').out);
    expect(line).toMatchObject({ agent: 'x'.repeat(200) });
  });

  test('what a workflow takes for a command is the same value on its way through a harmless terminal', () => {
    const agent = '##[group]x ##vso[task.y]z';
    const terminal = fakeTerminal();
    accessLog('json', harmlessTerminal(terminal), () => time)({ ...request, agent });
    expect(JSON.parse(terminal.said.out)).toMatchObject({ agent });
    expect(terminal.said.out).not.toContain('##');
  });

  test('what the store could not do is on stderr, with and without a log, and in the log as json', () => {
    const error = new GatehouseError('store.broken', 'the store failed to read x (EIO)', { hint: 'mend the disk' });
    const failed = { ...request, status: 500, error };
    const told =
      'GET /conda/noarch/repodata.json (500): error: the store failed to read x (EIO)\nhint: mend the disk\n';
    expect(said(failed, null)).toEqual({ out: '', err: told });
    expect(said(request, null)).toEqual({ out: '', err: '' });
    expect(JSON.parse(said(failed, 'json').out)).toMatchObject({
      status: 500,
      error: 'the store failed to read x (EIO)',
    });
  });

  test('whatever a client says, a line is one line of visible ASCII', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(text, text, (agent, target) => {
        const asked = { ...request, agent, path: loggedPath(target) };
        for (const format of ['common', 'json'] as const) expect(said(asked, format).out).toMatch(/^[ -~]+\n$/);
        expect(said(asked, 'common').out.split('"')).toHaveLength(3);
        expect(JSON.parse(said(asked, 'json').out)).toMatchObject({ agent: agent.slice(0, 200) });
      }),
    );
  });
});

describe('a logged path', () => {
  test.each([
    ['/conda/noarch/a-1%2B2-0.conda', '/conda/noarch/a-1+2-0.conda'],
    ['/conda/noarch/x?token=s', '/conda/noarch/x'],
    ['/conda/noarch/x%3Ftoken=s', '/conda/noarch/x'],
    ['/conda/noarch/x#s', '/conda/noarch/x'],
    ['/t/s/conda/noarch/x', '/t/***/conda/noarch/x'],
    ['/T/s/conda/noarch/x', '/T/***/conda/noarch/x'],
    ['/%74/s/conda/noarch/x', '/t/***/conda/noarch/x'],
    ['/t%2Fs%2fconda', '/t/***/conda'],
    ['/t//s/conda', '/t//***/conda'],
    ['/t/s', '/t/***'],
    ['/t/s/t/s/x', '/t/***/t/***/x'],
    ['/t/./s/conda', '/t/./***/conda'],
    ['/%2574/s/conda', '/%2574/***/conda'],
    ['/%5Ct%5Cs/conda', '/%5Ct%5C***/conda'],
    ['//user:s@host/conda', '//***@host/conda'],
    ['/x/https://user:s@host/', '/x/https://***@host/'],
    ['/conda/noarch/a@b', '/conda/noarch/a@b'],
    ['http://user:s@host/t/s/x?s', '/t/***/x'],
    ['ftp://user:s@host/x', '/x'],
    ['/%zz/t/s/%', '/%25zz/t/***/%25'],
    ['/a"b\\c d\x1b[31m\x9b\xff', '/a%22b%5Cc%20d%1B[31m%9B%FF'],
    ['*', '*'],
    [`/${'x'.repeat(2000)}`, `/${'x'.repeat(999)}...`],
  ])('%s is %s', (target, path) => expect(loggedPath(target)).toBe(path));

  test('holds no secret, wherever and however it was put', () => {
    const secret = 'sEcReT';
    const spelled = fc.constantFrom(secret, '%73EcReT', 's%45cReT', '%73%45%63%52%65%54');
    const place = fc.constantFrom(
      '/t/S/x',
      '/%74/S/x',
      '/T/S/x',
      '/x?S',
      '/x?a=S&b',
      '/x#S',
      '/t/./S/x',
      '/\\t\\S/x',
      '//u:S@h/x',
      '/x//u:S@h/x',
      'http://u:S@h/x',
    );
    fc.assert(
      fc.property(spelled, place, (spelling, where) => {
        const target = where.replace('S', spelling);
        expect(loggedPath(target)).not.toContain(secret);
      }),
    );
  });
});

test('an IPv4 client of a server that listens on IPv6 has its own address', () => {
  expect(clientOf({ remoteAddress: '::ffff:192.0.2.7' })).toBe('192.0.2.7');
  expect(clientOf({ remoteAddress: '2001:db8::1' })).toBe('2001:db8::1');
  expect(clientOf({})).toBe('-');
});
