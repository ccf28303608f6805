import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../core/documents/gate/policy.ts';
import type { GateCandidate } from '../../../../core/gate/check.ts';
import { c2CoolDown } from '../../../../core/gate/origin/c2-cool-down.ts';
import { settle } from '../../../../core/gate/settle.ts';
import { checkWorld, condaPackage, day, now, said, wheel } from '../../../support/advisories/origin-scene.ts';

const aged = (days: number, candidate = wheel): GateCandidate => ({
  ...candidate,
  published: { at: now - days * day, by: 'upload-time' },
});
const stamped = (
  timestamp: number,
  published: GateCandidate['published'] = { at: now - 99 * day, by: 'last-modified' },
) => ({
  ...condaPackage,
  published,
  record: condaPackage.record && { ...condaPackage.record, timestamp },
});
const young = ['C2.young hold'];

describe('C2', () => {
  it.each([
    [0, young],
    [6.9, young],
    [7, []],
    [7.1, []],
  ])('has a file that is public for %d days %j', async (days, firings) => {
    expect(await said(c2CoolDown, aged(days))).toEqual(firings);
    expect(await said(c2CoolDown, aged(days, { ...condaPackage, name: 'certifi' }))).toEqual(firings);
  });

  it('says until when, and settles to nothing then', () => {
    const firings = [...(c2CoolDown.judge(aged(6.5), checkWorld()) as [])];
    expect(firings).toMatchObject([
      {
        until: now + 0.5 * day,
        detail: 'public since 2026-03-18T12:00Z (upload-time), which is less than 7 days',
      },
    ]);
    const settled = (at: number) =>
      settle({ checks: [{ id: 'C2', version: 1, firings }], sha256: null }, defaultPolicy, at).verdict;
    expect([settled(now + 0.5 * day - 1), settled(now + 0.5 * day)]).toEqual(['hold', 'pass']);
  });

  it.each([
    [
      'a builder says that a file of today is of 2019',
      stamped(Date.UTC(2019, 0, 1), { at: now, by: 'first-seen' }),
      young,
    ],
    ['a builder says so in seconds', stamped(Date.UTC(2019, 0, 1) / 1000, { at: now, by: 'first-seen' }), young],
    ['a builder says that a file is younger than its server does', stamped(now - 2 * day), young],
    ['and in seconds', stamped((now - 2 * day) / 1000), young],
    ['a builder says that it is older', stamped(now - 200 * day), []],
    ["a builder's clock runs ahead, which B5 tells", stamped(now + day), []],
    ["a builder's time is before all time", stamped(-5), []],
    ['nobody says when it became public', { ...condaPackage, published: null }, young],
  ])('where %s', async (_, candidate, firings) => {
    expect(await said(c2CoolDown, candidate)).toEqual(firings);
  });

  it.each([
    ['is published', { ...aged(0), origin: 'published' as const, source: null }],
    ['is copied in', { ...aged(0), origin: 'copied' as const, source: null }],
    ['is served', { ...aged(0), isServed: true }],
    ['comes from a folder', { ...aged(0), source: 'file:///srv/channel' }],
    ['comes from this machine', { ...aged(0), source: 'http://127.0.0.1:8080/conda' }],
  ])('has nothing wait that %s', async (_, candidate) => {
    expect(await said(c2CoolDown, candidate)).toEqual([]);
  });

  it('has what is local wait where the policy says so, and as long as it says', async () => {
    const local = { ...aged(2), source: 'file:///srv/channel' };
    const policy = { ...defaultPolicy, coolDownLocal: true };
    expect(await said(c2CoolDown, local, { policy })).toEqual(young);
    expect(await said(c2CoolDown, aged(2), { policy: { ...policy, coolDown: 2 * day } })).toEqual([]);
    expect(await said(c2CoolDown, aged(2), { policy: { ...policy, coolDown: 2 * day + 1 } })).toEqual(young);
    expect(await said(c2CoolDown, aged(0), { policy: { ...policy, coolDown: 0 } })).toEqual([]);
  });
});
