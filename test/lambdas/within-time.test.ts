import { expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { withinTime } from '../../lambdas/within-time.ts';

it('compressing ends in an error before the function is cut off, and is left out where there is none', async () => {
  const timed = { fetch: httpFetch(), clock: systemClock };
  const stuck = () => new Promise<Uint8Array>(() => {});
  const { bzip2 } = withinTime({ ...timed, bzip2: stuck }, () => 10_050);
  await expect(bzip2?.(new Uint8Array(1))).rejects.toMatchObject({ code: 'upstream.stalled', retry: true });
  const quick = withinTime({ ...timed, bzip2: async (bytes) => bytes }, () => 60_000);
  expect(await quick.bzip2?.(Uint8Array.of(7))).toEqual(Uint8Array.of(7));
  expect('bzip2' in withinTime(timed, () => 60_000)).toBe(false);
});
