import { describe, expect, test } from 'vitest';
import { route } from '../../../core/layout/keys.ts';
import { serveOne } from '../../support/served/serve-one.ts';
import { newStores, serveForTest } from '../../support/served/served-stores.ts';

const ask = async (url: string, method = 'GET', target = '/healthz') => {
  const response = await fetch(url + target, { method });
  return [response.status, await response.text(), response.headers.get('cache-control')];
};

describe('/healthz', () => {
  test.each(newStores)(
    'is 200 over a %s store that is empty, by GET and HEAD, with and without a query',
    async (_name, make) => {
      const url = await serveForTest({ store: await make() });
      expect(await ask(url)).toEqual([200, 'ok\n', 'no-cache']);
      expect(await ask(url, 'HEAD')).toEqual([200, '', 'no-cache']);
      expect(await ask(url, 'GET', '/healthz?probe=1')).toEqual([200, 'ok\n', 'no-cache']);
      expect((await ask(url, 'POST'))[0]).toBe(405);
    },
  );

  test.each(['get', 'read'] as const)('is 503 where %s fails, and says no more; the log says why', async (broken) => {
    const one = await serveOne(Buffer.from('{}'), {
      fault: (operation) => (operation === broken ? 'broken' : undefined),
    });
    expect(await ask(one.url)).toEqual([503, 'service unavailable\n', 'no-cache']);
    expect((await one.logged).error).toMatchObject({ code: 'store.broken' });
    expect(await ask(one.url, 'HEAD')).toEqual([503, '', 'no-cache']);
  });

  test.each(['/healthz/', '/Healthz', '/t/token/healthz', '/conda/healthz', '//healthz', '/%68ealthz'])(
    '%s is another path',
    async (target) => {
      const { url } = await serveOne(Buffer.from('{}'));
      expect((await ask(url, 'GET', target))[0]).toBe(404);
    },
  );

  test('is no key of any store', () => {
    expect(route({ method: 'GET', uri: '/healthz' }, 'gatehouse')).toEqual({ status: 404 });
  });
});
