import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { text } from '../support/upstream/http-get.ts';
import { type Answer, status, type TestUpstream, testUpstream } from '../support/upstream/test-upstream.ts';

/** Names that lead to the test's own server, in one family or another; all that are not known do. */
const addresses: Readonly<Record<string, string>> = {
  'mapped.invalid': '::ffff:127.0.0.1',
  'link.invalid': 'fe80::1%lo',
};
const lookup: LookupFunction = (hostname, { all }, callback) => {
  const address = addresses[hostname] ?? '127.0.0.1';
  const family = address.includes(':') ? 6 : 4;
  all ? callback(null, [{ address, family }]) : callback(null, address, family);
};
const fetch = httpFetch({ lookup });

let upstream: TestUpstream;
let port = '';
let location = '';
beforeEach(async () => {
  const answer: Answer = (response, request) =>
    request.url === '/moved' ? status(302, { location })(response, request) : response.end('there');
  upstream = await testUpstream(answer);
  port = new URL(upstream.url).port;
});
afterEach(() => upstream[Symbol.asyncDispose]());

const refusal = { code: 'upstream.unreachable', retry: false, hint: expect.stringContaining('redirect or a base URL') };

describe('an upstream that is elsewhere', () => {
  const elsewhere = () => `http://channel.invalid:${port}`;

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    '0.0.0.0',
    '169.254.169.254',
    '[fe80::1]',
  ])('does not lead to %s, by a redirect or otherwise', async (host) => {
    location = `http://${host}:${port}/secret`;
    await expect(fetch(`${elsewhere()}/moved`, {})).rejects.toMatchObject(refusal);
    await expect(fetch(location, {}, elsewhere())).rejects.toMatchObject(refusal);
    expect(upstream.requests).toEqual(['/moved']);
  });

  it.each(['other.invalid', 'mapped.invalid', 'link.invalid'])(
    'nor to a name with such an address (%s)',
    async (host) => {
      location = `http://${host}:${port}/secret`;
      await expect(fetch(`${elsewhere()}/moved`, {})).rejects.toMatchObject(refusal);
      await expect(fetch(location, {}, elsewhere())).rejects.toMatchObject(refusal);
      await fetch(location, {}).catch(() => null);
      await expect(fetch(location, {}, elsewhere())).rejects.toMatchObject(refusal);
      expect(upstream.requests.filter((path) => path === '/secret').length).toBeLessThanOrEqual(1);
    },
  );

  it('nor to a name that has such an address beside one that is none', async () => {
    const both = ['192.0.2.1', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const twofold: LookupFunction = (hostname, options, callback) =>
      hostname === 'twofold.invalid' ? callback(null, both) : lookup(hostname, options, callback);
    const secret = httpFetch({ lookup: twofold })(`http://twofold.invalid:${port}/secret`, {}, elsewhere());
    await expect(secret).rejects.toMatchObject(refusal);
    expect(upstream.requests).toEqual([]);
  });

  it('nor by a second redirect, within a name that it chose and whose address has changed since', async () => {
    let looks = 0;
    // At the first look it is elsewhere; what is connected to is the test's own server all the same.
    const turning = {
      family: 4,
      get address() {
        return looks++ === 0 ? '192.0.2.1' : '127.0.0.1';
      },
    };
    const turned: LookupFunction = (hostname, options, callback) =>
      hostname === 'turning.invalid' ? callback(null, [turning]) : lookup(hostname, options, callback);
    await using hopping = await testUpstream((response, { url = '' }) => {
      const location = `http://turning.invalid:${new URL(hopping.url).port}${url}x`;
      url === '/xx' ? response.end('secret') : response.writeHead(302, { location }).end();
    });
    const from = `http://channel.invalid:${new URL(hopping.url).port}/`;
    await expect(httpFetch({ lookup: turned })(from, {})).rejects.toMatchObject(refusal);
    expect(hopping.requests).toEqual(['/', '/x']);
  });

  it('may lead anywhere on its own host, which the allowlist names', async () => {
    location = '/there';
    expect(await text(await fetch(`${elsewhere()}/moved`, {}))).toBe('there');
    expect(await text(await fetch(`${elsewhere()}/there`, {}, `${elsewhere()}/chan`))).toBe('there');
  });
});

describe('an upstream of this machine', () => {
  it.each(['127.0.0.1', 'localhost', 'other.invalid'])('may lead to %s', async (host) => {
    location = `http://${host}:${port}/there`;
    expect(await text(await fetch(`${upstream.url}/moved`, {}))).toBe('there');
    expect(await text(await fetch(location, {}, `${upstream.url}/chan`))).toBe('there');
    expect(await text(await fetch(location, {}, 'file:///chan'))).toBe('there');
  });

  it('does not once it has led elsewhere', async () => {
    let hops = 0;
    await using hopping = await testUpstream((response) => {
      const host = hops++ === 0 ? 'mapped.invalid' : '127.0.0.1';
      response.writeHead(302, { location: `http://${host}:${new URL(hopping.url).port}/` }).end();
    });
    await expect(fetch(hopping.url, {})).rejects.toMatchObject({ code: 'upstream.unreachable' });
    expect(hops).toBeLessThanOrEqual(2);
  });
});
