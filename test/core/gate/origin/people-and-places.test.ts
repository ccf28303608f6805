import { describe, expect, it } from 'vitest';
import type { GateFacts } from '../../../../core/documents/gate/verdict.ts';
import type { ContentsCheck, GateCandidate, Subject } from '../../../../core/gate/check.ts';
import { c6Attestations } from '../../../../core/gate/origin/c6-attestations.ts';
import { c7Feedstock } from '../../../../core/gate/origin/c7-feedstock.ts';
import { c8People } from '../../../../core/gate/origin/c8-people.ts';
import type { Contents } from '../../../../core/gate/reading.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { checkWorld, condaPackage, day, now, wheel } from '../../../support/advisories/origin-scene.ts';

const facts = (told: Partial<GateFacts>): GateFacts => ({
  ...{ name: 'x', version: '1.82.6', source: null, depends: [], license: null, maintainers: [], unpacked: 1 },
  ...{ scripts: [], natives: 0, blobs: [], hosts: [], projects: [] },
  ...told,
});
const sha256 = sha256Of(Buffer.from('it'));

interface Told {
  readonly texts?: Readonly<Record<string, string>>;
  readonly facts?: Partial<GateFacts>;
  readonly before?: Partial<GateFacts>;
}

async function said(check: ContentsCheck, candidate: GateCandidate, { texts = {}, ...told }: Told = {}) {
  const contents: Contents = {
    ...{ members: new Map(), tooLarge: [], findings: [], unpacked: 1, secrets: [], lackPlaceholder: [] },
    ...{ index: null, wheel: null, paths: null },
    texts: new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)])),
  };
  const reading = { status: 'read', contents } as const;
  const subject: Subject = { ...candidate, sha256, size: 1, reading, facts: facts(told.facts ?? {}) };
  const previous = async () => told.before && { sha256, facts: facts(told.before) };
  const firings = await check.judge(subject, checkWorld({ previous: async () => (await previous()) ?? null }));
  return firings.map(({ code, verdict }) => `${code} ${verdict}`);
}

describe('C6', () => {
  const attested = { ...wheel, attestations: 'https://pypi.org/integrity/x/1/x-1-py3-none-any.whl/provenance' };
  it.each([
    ['what was attested before and is not now', wheel, { attested: true } as const, ['C6.missing hold']],
    ['what is', attested, { attested: true } as const, []],
    ['what never was', wheel, {}, []],
    ['the first of its project', wheel, undefined, []],
    ['what is served', { ...wheel, isServed: true }, { attested: true } as const, []],
    ['what the organisation publishes', { ...wheel, origin: 'published' as const }, { attested: true } as const, []],
    ['a package', condaPackage, { attested: true } as const, []],
  ])('of %s', async (_, candidate, before, firings) => {
    expect(await said(c6Attestations, candidate, before && { before })).toEqual(firings);
  });
});

describe('C7', () => {
  const about = (extra: unknown) => ({ texts: { 'info/about.json': JSON.stringify({ extra }) } });
  const sound = { remote_url: 'https://github.com/conda-forge/litellm-feedstock', sha: 'a'.repeat(40) };
  it.each([
    ['a feedstock', about(sound), []],
    [
      'another repository',
      about({ ...sound, remote_url: 'https://github.com/evil/litellm-feedstock' }),
      ['C7.claim warn'],
    ],
    [
      'a host that only ends so',
      about({ ...sound, remote_url: 'https://x.example/https://github.com/conda-forge/a-feedstock' }),
      ['C7.claim warn'],
    ],
    ['a commit that is none', about({ ...sound, sha: 'main' }), ['C7.claim warn']],
    ['nothing', about({}), []],
    ['what cannot be read', { texts: { 'info/about.json': '{' } }, []],
    ['no about.json', {}, []],
  ])('of a package that claims to come of %s', async (_, told, firings) => {
    expect(await said(c7Feedstock, condaPackage, told)).toEqual(firings);
  });

  it('asks nobody but conda-forge', async () => {
    const other = { ...condaPackage, source: 'https://conda.anaconda.org/bioconda' };
    expect(await said(c7Feedstock, other, about({ ...sound, remote_url: 'https://github.com/bioconda/x' }))).toEqual(
      [],
    );
  });
});

describe('C8', () => {
  const released = (days: number) => ({
    ...condaPackage,
    published: { at: now - days * day, by: 'indexed_timestamp' as const },
  });
  const told = { facts: { maintainers: ['ann', 'eve'] }, before: { maintainers: ['ann', 'bob'] } };
  it.each([
    ['somebody who joined', released(29), told, ['C8.joined hold']],
    ['a release of 30 days ago', released(30), told, []],
    ['somebody who left', released(1), { ...told, facts: { maintainers: ['ann'] } }, []],
    ['a first build', released(1), { facts: told.facts }, []],
    ['a build before it that names nobody', released(1), { ...told, before: {} }, []],
    ['a release of which nobody knows when it came', { ...condaPackage, published: null }, told, []],
  ])('of %s', async (_, candidate, compared, firings) => {
    expect(await said(c8People, candidate, compared)).toEqual(firings);
  });
});
