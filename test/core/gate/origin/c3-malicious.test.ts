import { describe, expect, it } from 'vitest';
import { c3Malicious } from '../../../../core/gate/origin/c3-malicious.ts';
import { adviceOf, checkWorld, condaPackage, day, now, said, wheel } from '../../../support/advisories/origin-scene.ts';
import { type About, osvRecord } from '../../../support/advisories/osv-export.ts';

const about = (told: Partial<About>) => osvRecord({ id: 'MAL-2026-2144', project: 'litellm', at: now - day, ...told });
const listed = about({ versions: ['1.82.7', '1.82.8'] });
const distInfo = { ...condaPackage, projects: [{ project: 'litellm', version: '1.82.7', by: 'dist-info' as const }] };

describe('C3', () => {
  it.each([
    ['a wheel', wheel, [listed], ['C3.malicious reject']],
    ['a wheel that is served', { ...wheel, isServed: true }, [listed], ['C3.malicious reject']],
    ['a package that installs it', distInfo, [listed], ['C3.malicious reject']],
    ['a release in a range', wheel, [about({ range: ['1.82.7', '1.82.9'] })], ['C3.malicious reject']],
    ['any release of a project that is all bad', wheel, [about({ range: ['0'] })], ['C3.malicious reject']],
    [
      'another release',
      { ...wheel, projects: [{ project: 'litellm', version: '1.82.6', by: 'itself' as const }] },
      [listed],
      [],
    ],
    ['a project of another name', wheel, [about({ project: 'lite-llm', versions: ['1.82.7'] })], []],
    ['what was withdrawn', wheel, [about({ versions: ['1.82.7'], more: { withdrawn: '2026-03-24T12:00:00Z' } })], []],
    ['a name of which no release is named', wheel, [about({})], ['C3.suspect hold']],
    ['a range that cannot be read', wheel, [about({ range: ['the first', 'the last'] })], ['C3.suspect hold']],
    [
      'a release that is not known',
      { ...wheel, projects: [{ project: 'litellm', version: null, by: 'itself' as const }] },
      [listed],
      ['C3.suspect hold'],
    ],
  ])('of %s', async (_, candidate, records, firings) => {
    expect(await said(c3Malicious, candidate, { advice: await adviceOf(records) })).toEqual(firings);
  });

  it('only holds what the mapping alone takes for it, and takes the project of its own name where it names several', async () => {
    const mapped = { litellm: ['litellm', 'a-vendored-one'] };
    expect(await said(c3Malicious, condaPackage, { advice: await adviceOf([listed], mapped) })).toEqual([
      'C3.suspect hold',
    ]);
    const vendored = about({ project: 'a-vendored-one', range: ['0'] });
    expect(await said(c3Malicious, condaPackage, { advice: await adviceOf([vendored], mapped) })).toEqual([]);
    const other = { litellm: ['a-vendored-one'] };
    expect(await said(c3Malicious, condaPackage, { advice: await adviceOf([vendored], other) })).toEqual([
      'C3.suspect hold',
    ]);
  });

  it('warns of a package of which nobody knows the project, and of none of our own', async () => {
    const advice = await adviceOf([listed]);
    expect(await said(c3Malicious, { ...condaPackage, name: 'openssl' }, { advice })).toEqual(['C3.unknown warn']);
    const own = { ...condaPackage, name: 'openssl', origin: 'published' as const, source: null };
    expect(await said(c3Malicious, own, { advice })).toEqual([]);
    expect(await said(c3Malicious, distInfo, { advice: await adviceOf([]) })).toEqual([]);
  });

  it("is not about the organisation's own project because others have one of its name", async () => {
    const own = { ...wheel, origin: 'published' as const, source: null };
    const advice = await adviceOf([listed]);
    expect(await said(c3Malicious, own, { advice, reserved: ['litellm'] })).toEqual([]);
    expect(await said(c3Malicious, own, { advice })).toEqual(['C3.malicious reject']);
    const bundle = { ...distInfo, name: 'bundle', origin: 'published' as const, source: null };
    expect(await said(c3Malicious, bundle, { advice, reserved: ['litellm'] })).toEqual([]);
    expect(await said(c3Malicious, bundle, { advice })).toEqual(['C3.malicious reject']);
    const tool = { ...condaPackage, name: 'tool', origin: 'published' as const, source: null };
    expect(await said(c3Malicious, tool, { advice: await adviceOf([listed], { tool: ['litellm'] }) })).toEqual([]);
    const unreachable = { status: 'unreachable', detail: 'no answer' } as const;
    expect(await said(c3Malicious, own, { advice: unreachable, reserved: ['litellm'] })).toEqual([]);
  });

  it('is an error for what is new without advisories, and leaves alone what is served', async () => {
    const advice = { status: 'unreachable', detail: 'no answer' } as const;
    expect(await said(c3Malicious, wheel, { advice })).toEqual(['C3.unreachable error']);
    expect(await said(c3Malicious, condaPackage, { advice })).toEqual(['C3.unreachable error']);
    expect(await said(c3Malicious, { ...wheel, isServed: true }, { advice })).toEqual([]);
    expect(await said(c3Malicious, wheel, { advice: { status: 'none' } })).toEqual([]);
  });

  it('rejects what its index has put in quarantine, whatever advisories there are', async () => {
    const quarantined = { ...wheel, projectStatus: 'quarantined', isServed: true };
    expect(await said(c3Malicious, quarantined)).toEqual(['C3.quarantined reject']);
    expect(await said(c3Malicious, { ...wheel, projectStatus: 'archived' })).toEqual([]);
  });

  it('holds what an advisory that cannot be read may be about, and warns where it is served', async () => {
    const damaged = { ...about({ id: 'PYSEC-1', versions: ['1.0'] }), modified: 'yesterday' };
    const advice = await adviceOf([damaged]);
    expect(await said(c3Malicious, wheel, { advice })).toEqual(['C3.unreadable hold']);
    expect(await said(c3Malicious, { ...wheel, isServed: true }, { advice })).toEqual(['C3.unreadable warn']);
  });
});

describe('C3.new', () => {
  /** PYSEC-2026-2 as it was: no score, no word of malice in its id, two releases. */
  const pysec = (told: Partial<About> = {}) => about({ id: 'PYSEC-2026-2', versions: ['1.82.7', '1.82.8'], ...told });
  const uploaded = (days: number) => ({ ...wheel, published: { at: now - days * day, by: 'upload-time' as const } });
  const ordinary = pysec({ range: ['0', '1.83'], versions: [] });

  it.each([
    ['an advisory of yesterday about a file of two days ago', uploaded(2), pysec(), ['C3.new hold']],
    ['and where it is served', { ...uploaded(2), isServed: true }, pysec(), ['C3.new hold']],
    [
      'one of a range of few',
      { ...uploaded(2), isServed: true },
      pysec({ range: ['1.82.7', '1.82.9'] }),
      ['C3.new hold'],
    ],
    ['one about all before a fix', uploaded(2), ordinary, ['C3.new hold']],
    [
      'and where it is served: the usual kind takes nothing back',
      { ...uploaded(2), isServed: true },
      ordinary,
      ['C3.new warn'],
    ],
    [
      'one that lists many, and where it is served',
      { ...uploaded(2), isServed: true },
      pysec({ versions: Array.from({ length: 11 }, (_, i) => `1.82.${i}`) }),
      ['C3.new warn'],
    ],
    ['a file of 29 days before', uploaded(1 + 29), pysec(), ['C3.new hold']],
    ['a file of 30 days before', uploaded(1 + 30), pysec(), []],
    ['a file that came after it', uploaded(0.5), pysec(), []],
    ['an advisory of 13.9 days ago', uploaded(20), pysec({ at: now - 13.9 * day }), ['C3.new hold']],
    ['an advisory of 14 days ago', uploaded(20), pysec({ at: now - 14 * day }), []],
    ['an advisory of tomorrow', uploaded(2), pysec({ at: now + day }), []],
    ['another release', uploaded(2), pysec({ versions: ['1.82.6'] }), []],
    ['one that names no release', uploaded(2), pysec({ versions: [] }), []],
    ['a file of which nobody knows how old it is', { ...wheel, published: null }, pysec(), []],
  ])('of %s', async (_, candidate, record, firings) => {
    expect(await said(c3Malicious, candidate, { advice: await adviceOf([record]) })).toEqual(firings);
  });

  it('does not end by waiting for what was recalled while it was news, and does for what was recalled otherwise', async () => {
    const old = pysec({ at: now - 40 * day });
    const recalled = (days: number) => ({ ...uploaded(41), isServed: true, recalledAt: now - days * day });
    expect(await said(c3Malicious, recalled(39), { advice: await adviceOf([old]) })).toEqual(['C3.new hold']);
    expect(await said(c3Malicious, recalled(26), { advice: await adviceOf([old]) })).toEqual([]);
    const firings = await c3Malicious.judge(recalled(39), checkWorld({ advice: await adviceOf([old]) }));
    expect(firings).toMatchObject([expect.not.objectContaining({ until: expect.anything() })]);
  });

  it('ends with the news', async () => {
    const world = checkWorld({ advice: await adviceOf([pysec()]) });
    expect(await c3Malicious.judge(uploaded(2), world)).toMatchObject([{ until: now + 13 * day }]);
  });
});
