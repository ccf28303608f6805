import { describe, expect, it } from 'vitest';
import { defaultPolicy, type Policy } from '../../../../core/documents/gate/policy.ts';
import { c4Vulnerable } from '../../../../core/gate/origin/c4-vulnerable.ts';
import { c5Yanked } from '../../../../core/gate/origin/c5-yanked.ts';
import { c9LateFile } from '../../../../core/gate/origin/c9-late-file.ts';
import { c10LookAlike } from '../../../../core/gate/origin/c10-look-alike.ts';
import { settle } from '../../../../core/gate/settle.ts';
import { adviceOf, checkWorld, condaPackage, day, now, said, wheel } from '../../../support/advisories/origin-scene.ts';
import { type About, osvRecord } from '../../../support/advisories/osv-export.ts';

describe('C4', () => {
  const vector = (score: string) => ({ severity: [{ type: 'CVSS_V3', score }] });
  /** 7.0 and 6.9. */
  const high = vector('CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H');
  const medium = vector('CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:L');
  const about = (told: Partial<About>) =>
    osvRecord({ id: 'GHSA-1', project: 'litellm', at: now - 365 * day, range: ['0', '2.0'], ...told });

  it.each([
    ['a high one', [about({ more: high })], ['C4.severe hold']],
    ['a medium one', [about({ more: medium })], ['C4.known warn']],
    ['one without a score', [about({})], ['C4.known warn']],
    ['both', [about({ more: high }), about({ id: 'GHSA-2' })], ['C4.severe hold', 'C4.known warn']],
    ['one that was fixed before', [about({ more: high, range: ['0', '1.82.7'] })], []],
    ['one that was withdrawn', [about({ more: { ...high, withdrawn: '2026-01-01T00:00:00Z' } })], []],
    [
      'one that names no release',
      [osvRecord({ id: 'GHSA-1', project: 'litellm', at: 0, more: high })],
      ['C4.known warn'],
    ],
    ['malice, which is for C3', [about({ id: 'MAL-1', more: high })], []],
  ])('of %s', async (_, records, firings) => {
    expect(await said(c4Vulnerable, wheel, { advice: await adviceOf(records) })).toEqual(firings);
  });

  it('names five of many, and counts the rest; by default it only warns', async () => {
    const records = Array.from({ length: 9 }, (_, i) => about({ id: `GHSA-${i}`, more: high }));
    const firings = [...(await c4Vulnerable.judge(wheel, checkWorld({ advice: await adviceOf(records) })))];
    expect(firings).toMatchObject([
      {
        detail:
          'CVSS 7.0 at worst: GHSA-0, GHSA-1, GHSA-2, GHSA-3, GHSA-4 and 4 more, of litellm 1.82.7: GHSA-0 of litellm',
      },
    ]);
    const settled = (policy: Policy) =>
      settle({ checks: [{ id: 'C4', version: 1, firings }], sha256: null }, policy, now);
    expect(settled(defaultPolicy).verdict).toBe('warn');
    expect(settled({ ...defaultPolicy, modes: new Map([['C4', 'enforce']]) }).verdict).toBe('hold');
  });

  it('leaves to C3 what cannot be read', async () => {
    const damaged = { ...about({ more: high }), modified: 'yesterday' };
    expect(await said(c4Vulnerable, wheel, { advice: await adviceOf([damaged]) })).toEqual([]);
  });

  it('says nothing where there are no advisories', async () => {
    expect(await said(c4Vulnerable, wheel, { advice: { status: 'unreachable', detail: 'no' } })).toEqual([]);
    expect(await said(c4Vulnerable, wheel)).toEqual([]);
  });
});

describe('C5', () => {
  it.each([
    ['a yanked file', { ...wheel, yanked: true }, ['C5.yanked hold']],
    ['one with a reason', { ...wheel, yanked: 'broken' }, ['C5.yanked hold']],
    ['one that is served', { ...wheel, yanked: 'broken', isServed: true }, ['C5.yanked warn']],
    ['one that is not', wheel, []],
    [
      "the organisation's own, whose yank is its own affair",
      { ...wheel, yanked: true, origin: 'published' as const, source: null },
      [],
    ],
  ])('of %s', async (_, candidate, firings) => {
    expect(await said(c5Yanked, candidate)).toEqual(firings);
  });
});

describe('C9', () => {
  const late = (days: number, by: 'upload-time' | 'first-seen' = 'upload-time') => ({
    ...wheel,
    releasedAt: now - 300 * day,
    published: { at: now - (300 - days) * day, by },
  });
  it.each([
    ['the first file of its release', late(0), []],
    ['a wheel that came on day 13', late(13), []],
    ['a wheel that came on day 14', late(14), []],
    ['a wheel that came on day 15', late(15), ['C9.late hold']],
    ['one that we saw late', late(15, 'first-seen'), []],
    ['one of a release of which nobody knows the first', { ...late(15), releasedAt: null }, []],
    ['a package, which has no release', condaPackage, []],
  ])('of %s', async (_, candidate, firings) => {
    expect(await said(c9LateFile, candidate)).toEqual(firings);
  });
});

describe('C10', () => {
  const knownNames = ['acme-tool', 'orange3', 'jupyterlab', 'request', 'zlib', 'py'];
  const alike = ['C10.look-alike warn'];

  it.each([
    ...['reqeusts', 'request', 'requestss', 'rquests', 'requasts', 'python_dateutil', 'pythondateutil'],
    ...['nurnpy', 'panda5', 'acme_tool', 'acmetool', 'jupyter1ab', 'jupyterlabs', 'Djang0'],
  ])('warns of %s', async (name) => {
    expect(await said(c10LookAlike, { ...wheel, name }, { knownNames })).toEqual(alike);
  });

  it.each([
    ...['requests', 'Requests', 'python-dateutil', 'numpy', 'orange3', 'acme-tool', 'jupyterlab', 'networkx'],
    ...[
      'zlib',
      'xlib',
      'ply',
      'libblas',
      'a-tool-of-its-own',
      'requests-toolbelt',
      'numpy-financial',
      'spyder-kernels',
    ],
  ])('says nothing of %s', async (name) => {
    expect(await said(c10LookAlike, { ...wheel, name }, { knownNames })).toEqual([]);
  });

  it('says nothing of what the organisation publishes', async () => {
    const own = { ...wheel, name: 'reqeusts', origin: 'published' as const, source: null };
    expect(await said(c10LookAlike, own, { knownNames })).toEqual([]);
  });
});
