import { describe, expect, it } from 'vitest';
import type { Fetch, FetchResponse } from '../../../core/ports/fetch.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { fetchWithRetry } from '../../../core/upstream/fetch-with-retry.ts';
import { readBounded } from '../../../core/upstream/read-body.ts';
import { testNow, upstreamWorld } from '../../support/upstream/upstream-world.ts';

const url = 'https://me:secret@example.org/t/tk-1/chan/noarch/repodata.json';

type Answer = { readonly status: number; readonly retryAfter?: string } | GatehouseError;

/** Gives each answer once, the last for ever. */
function answers(...given: readonly Answer[]): Fetch {
  let at = 0;
  return async () => {
    const answer = given[Math.min(at++, given.length - 1)] ?? { status: 200 };
    if (answer instanceof GatehouseError) throw answer;
    const { status, retryAfter } = answer;
    const header = (name: string) => (name === 'retry-after' ? (retryAfter ?? null) : null);
    return {
      status,
      url,
      header,
      body: (async function* () {
        yield Buffer.from('body');
      })(),
    };
  };
}

const read = async ({ body }: FetchResponse) => Buffer.from(await readBounded(body, 100, 'it')).toString();
const unreachable = new GatehouseError('upstream.unreachable', 'no answer', { retry: true });
const busy = { status: 503 };
const fine = { status: 200 };

describe('fetchWithRetry', () => {
  it('succeeds after five failures, waiting twice as long each time, and tells of each', async () => {
    const world = upstreamWorld(answers(busy, { status: 429 }, unreachable, { status: 500 }, { status: 502 }, fine));
    expect(await fetchWithRetry({ url }, world, read)).toBe('body');
    expect(world.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(world.events).toMatchObject([1, 2, 3, 4, 5].map((attempt) => ({ type: 'retry', attempt })));
    expect(JSON.stringify(world.events)).not.toMatch(/secret|tk-1/);
  });

  it('gives up after the sixth, with the last status and the URL', async () => {
    const world = upstreamWorld(answers(busy));
    await expect(fetchWithRetry({ url }, world, read)).rejects.toMatchObject({
      code: 'upstream.status',
      retry: true,
      message: 'https://***@example.org/t/***/chan/noarch/repodata.json answered with status 503',
    });
    expect(world.waits).toHaveLength(5);
  });

  it.each([
    ['3', 3000],
    ['0', 1000],
    ['3600', 60_000],
    [new Date(testNow + 7000).toUTCString(), 7000],
    [new Date(testNow - 7000).toUTCString(), 1000],
    [new Date(testNow + 86_400_000).toUTCString(), 60_000],
    ['soon', 1000],
    ['-5', 1000],
  ])('takes Retry-After: %s as a wait of %d ms', async (retryAfter, wait) => {
    const world = upstreamWorld(answers({ status: 429, retryAfter }, fine));
    await fetchWithRetry({ url }, world, read);
    expect(world.waits).toEqual([wait]);
  });

  it('shortens a wait of its own by up to a half', async () => {
    const world = upstreamWorld(answers(busy, busy, fine));
    const clock = { ...world.clock, random: () => 0.999_999 };
    await fetchWithRetry({ url }, { ...world, clock }, read);
    expect(world.waits).toEqual([500, 1000]);
  });

  it.each([400, 401, 403, 405, 410, 416, 204, 206, 302, 304])('does not try status %d again', async (status) => {
    const world = upstreamWorld(answers({ status }, fine));
    await expect(fetchWithRetry({ url }, world, read)).rejects.toMatchObject({ code: 'upstream.status', retry: false });
    expect(world.waits).toEqual([]);
  });

  it('takes 404 for an answer: null', async () => {
    expect(await fetchWithRetry({ url }, upstreamWorld(answers({ status: 404 })), read)).toBeNull();
  });

  it('passes 304 and 206 on when they were asked for', async () => {
    const status = async ({ status: given }: FetchResponse) => given;
    const conditional = { url, headers: { 'if-none-match': '"x"' } };
    expect(await fetchWithRetry(conditional, upstreamWorld(answers({ status: 304 })), status)).toBe(304);
    const ranged = { url, headers: { range: 'bytes=0-1' } };
    expect(await fetchWithRetry(ranged, upstreamWorld(answers({ status: 206 })), status)).toBe(206);
  });

  it('reads anew when the reading failed in passing, and not when it failed for good', async () => {
    const cut = new GatehouseError('upstream.body', 'cut', { retry: true });
    const world = upstreamWorld(answers(fine));
    let reads = 0;
    const reading = async () => {
      reads++;
      if (reads < 3) throw cut;
      return reads;
    };
    expect(await fetchWithRetry({ url }, world, reading)).toBe(3);
    const broken = new GatehouseError('upstream.body', 'broken');
    await expect(fetchWithRetry({ url }, world, () => Promise.reject(broken))).rejects.toBe(broken);
    const bug = new TypeError('bug');
    await expect(fetchWithRetry({ url }, world, () => Promise.reject(bug))).rejects.toBe(bug);
    expect(world.waits).toHaveLength(2);
  });
});

describe('readBounded', () => {
  it('stops at its cap, and ends what it reads from', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(10);
      } finally {
        ended = true;
      }
    }
    await expect(readBounded(endless(), 25, 'the document')).rejects.toMatchObject({ code: 'upstream.too-large' });
    expect(ended).toBe(true);
  });
});
