import { describe, expect, it } from 'vitest';
import { b4Depends } from '../../../../core/gate/consistency/b4-depends.ts';
import { e1Secrets } from '../../../../core/gate/content/e1-secrets.ts';
import { e3Differences } from '../../../../core/gate/content/e3-differences.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { firingsOf, saidOf, smallFacts, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';

describe('E1', () => {
  const secrets = [
    { path: 'lib/key.pem', kind: 'private-key' },
    { path: 'lib/x.py', kind: 'pypi-token' },
    { path: 'info/recipe/.git/config', kind: 'git-folder' },
    { path: '.env', kind: 'env-file' },
  ];
  const codes = ['E1.private-key', 'E1.token', 'E1.git-folder', 'E1.env-file'];

  it.each(['upstream', 'index', 'made'] as const)('warns of what came by origin %s', async (origin) => {
    const said = await saidOf(e1Secrets, smallSubject({ origin, contents: { secrets } }));
    expect(said).toEqual(codes.map((code) => `warn ${code}`));
  });

  it.each(['published', 'copied'] as const)("rejects the organisation's own, by origin %s", async (origin) => {
    const said = await saidOf(e1Secrets, smallSubject({ origin, contents: { secrets } }));
    expect(said).toEqual(codes.map((code) => `reject ${code}`));
  });

  it('says nothing where nothing looks like a secret', async () => {
    expect(await saidOf(e1Secrets, smallSubject({ origin: 'published' }))).toEqual([]);
  });

  it('still rejects when there are many', async () => {
    const many = Array.from({ length: 90 }, (_, at) => ({ path: `${at}.pem`, kind: 'private-key' }));
    const firings = await firingsOf(e1Secrets, smallSubject({ origin: 'published', contents: { secrets: many } }));
    expect(firings).toHaveLength(21);
    expect(firings.at(-1)).toEqual({ code: 'E1.token', verdict: 'reject', detail: 'and 70 more' });
  });
});

const mebi = 1024 ** 2;
const script = (path: string, text = 'x') => ({ path, sha256: sha256Of(text), check: 'D3' as const });

describe('E3', () => {
  const was = smallFacts({
    unpacked: 10 * mebi,
    scripts: [script('site-packages/demo-1.0-py3.11-nspkg.pth')],
    blobs: [{ path: 'site-packages/demo/static/main.0a1b2c3d.js', size: 2 * mebi }],
    hosts: ['pypi.org'],
  });
  const said = (now: Parameters<typeof smallFacts>[0], before = was) =>
    saidOf(e3Differences, smallSubject({ facts: smallFacts(now) }), smallWorld({ previous: before }));

  it('says nothing of a first build, nor of one that could not be read', async () => {
    const facts = smallFacts({ unpacked: 99 * mebi, natives: 3, hosts: ['evil.example'], scripts: [script('x.pth')] });
    expect(await saidOf(e3Differences, smallSubject({ facts }))).toEqual([]);
    expect(await saidOf(e3Differences, smallSubject(), smallWorld({ previous: was }))).toEqual([]);
  });

  it('says nothing of a build that differs by versions and hashes in names', async () => {
    const now = {
      unpacked: 30 * mebi,
      scripts: [script('site-packages/demo-1.1-py3.12-nspkg.pth', 'y')],
      blobs: [{ path: 'site-packages/demo/static/main.9f8e7d6c.js', size: 3 * mebi }],
      hosts: ['pypi.org'],
    };
    expect(await said(now)).toEqual([]);
    expect(await said({ natives: 5 }, smallFacts({ natives: 1 }))).toEqual([]);
  });

  it('holds a file that runs by itself and was not there, pinned by its sha256', async () => {
    const subject = smallSubject({
      facts: smallFacts({ scripts: [...was.scripts, script('site-packages/evil.pth')] }),
    });
    expect(await firingsOf(e3Differences, subject, smallWorld({ previous: was }))).toMatchObject([
      { code: 'E3.script', verdict: 'hold', sha256: sha256Of('x') },
    ]);
  });

  it.each([
    ['E3.native', { natives: 1 }],
    ['E3.blob', { blobs: [{ path: 'site-packages/demo/bun.js', size: 11 * mebi }] }],
    ['E3.size', { unpacked: 30 * mebi + 1 }],
    ['E3.host', { hosts: ['pypi.org', 'models.litellm.cloud'] }],
  ])('holds by %s', async (code, now) => {
    expect(await said(now)).toEqual([`hold ${code}`]);
  });

  it('does not mind what small packages grow by', async () => {
    expect(await said({ unpacked: mebi }, smallFacts({ unpacked: 10 }))).toEqual([]);
    expect(await said({ unpacked: mebi + 1 }, smallFacts({ unpacked: 10 }))).toEqual(['hold E3.size']);
  });

  it('names what it is compared with', async () => {
    const world = smallWorld({ previous: smallFacts({ name: 'axios', version: '1.14.0' }) });
    const [firing] = await firingsOf(e3Differences, smallSubject({ facts: smallFacts({ natives: 2 }) }), world);
    expect(firing?.detail).toBe('2 native binaries, and axios 1.14.0 had none');
  });
});

describe('B4', () => {
  const previous = smallFacts({
    name: 'axios',
    version: '1.14.0',
    depends: ['follow-redirects', 'form-data', '__glibc'],
  });
  const said = (depends: readonly string[], before: typeof previous | null = previous) => {
    const facts = smallFacts({ depends: [...depends] });
    return firingsOf(b4Depends, smallSubject({ facts }), smallWorld({ previous: before }));
  };

  it('holds a dependency that the build before had not, and shows the difference', async () => {
    expect(await said(['follow-redirects', 'plain-crypto-js'])).toEqual([
      {
        code: 'B4.new-dep',
        verdict: 'hold',
        detail: 'depends on what axios 1.14.0 did not: "+plain-crypto-js -form-data"',
      },
    ]);
  });

  it('says nothing of fewer, of the same, of virtual ones, of spelling, nor of a first build', async () => {
    expect(await said(['form-data'])).toEqual([]);
    expect(await said(['Form-Data', 'follow-redirects', '__cuda'])).toEqual([]);
    expect(await said(['anything'], null)).toEqual([]);
    expect(await firingsOf(b4Depends, smallSubject(), smallWorld({ previous }))).toEqual([]);
  });
});
