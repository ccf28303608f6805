import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../core/documents/gate/policy.ts';
import { d1LinkScripts } from '../../../../core/gate/install-code/d1-link-scripts.ts';
import { settle } from '../../../../core/gate/settle.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { firingsOf, saidOf, smallSubject, smallWorld } from '../../../support/gate/small-subject.ts';

const actions = ['pre-link', 'post-link', 'pre-unlink', 'post-unlink'];
const scripts = actions.flatMap((action) => [
  `bin/.demo-${action}.sh`,
  `Scripts/.demo-${action}.bat`,
  `bin/.other-${action}.sh`,
  `Scripts/.other-name-${action}.bat`,
]);

describe('D1', () => {
  it.each(scripts)('holds %s', async (path) => {
    const subject = smallSubject({ files: { [path]: 'exit 0' } });
    expect(await firingsOf(d1LinkScripts, subject)).toMatchObject([
      { code: 'D1.link-script', verdict: 'hold', sha256: sha256Of('exit 0'), detail: expect.stringContaining(path) },
    ]);
  });

  it.each([
    'bin/.other-post-link.SH',
    'scripts/.demo-pre-link.bat',
    'python-scripts/.x-post-link.sh',
    'bin/.-post-link.sh',
    'bin/.x-po\u017ft-lin\u212a.sh',
    'Scripts/.x-post-link.bat.',
  ])('holds %s, which some system takes for one', async (path) => {
    expect(await saidOf(d1LinkScripts, smallSubject({ files: { [path]: '' } }))).toEqual(['hold D1.link-script']);
  });

  it('holds one in the scripts of a wheel: conda runs it for the package of that name', async () => {
    const files = { 'demo-1.0.data/scripts/.numpy-post-link.sh': '' };
    expect(await saidOf(d1LinkScripts, smallSubject({ kind: 'wheel', files }))).toEqual(['hold D1.link-script']);
  });

  it('says nothing of names that are none, nor of a recipe', async () => {
    const files = {
      'bin/post-link.sh': '',
      'bin/demo-post-link.sh': '',
      'bin/.demo-post-link.py': '',
      'share/bin/.demo-post-link.sh': '',
      'bin/.demo-post-install.sh': '',
      'info/recipe/bin/.demo-post-link.sh': '',
    };
    expect(await firingsOf(d1LinkScripts, smallSubject({ files }))).toEqual([]);
  });

  it('holds a script whose bytes are known, and at the first sync', async () => {
    const subject = smallSubject({ files: { 'bin/.demo-post-link.sh': 'a' } });
    const world = smallWorld({ known: [sha256Of('a')], isFirst: true });
    expect(await saidOf(d1LinkScripts, subject, world)).toEqual(['hold D1.link-script']);
  });

  it('holds one that is a link, for which no script can be waived', async () => {
    const subject = smallSubject({ files: { 'bin/.demo-post-link.sh': { link: '../share/x.sh' } } });
    expect(await firingsOf(d1LinkScripts, subject)).toEqual([
      { code: 'D1.link-script', verdict: 'hold', detail: expect.any(String) },
    ]);
  });
});

describe('a waiver of one link script', () => {
  const waiver = { check: 'D1', sha256: sha256Of('one'), reason: 'read it', expires: '2027-01-01' };
  const policy = { ...defaultPolicy, waivers: [waiver] };
  const settled = async (files: Readonly<Record<string, string>>) => {
    const subject = smallSubject({ files });
    const checks = [{ id: 'D1' as const, version: 1, firings: await firingsOf(d1LinkScripts, subject) }];
    return settle({ checks, sha256: subject.sha256 }, policy, Date.parse('2026-11-01')).verdict;
  };

  it('covers these bytes, and no others', async () => {
    expect(await settled({ 'bin/.demo-post-link.sh': 'one' })).toBe('warn');
    expect(await settled({ 'bin/.demo-post-link.sh': 'onf' })).toBe('hold');
    expect(await settled({ 'bin/.demo-post-link.sh': 'one', 'bin/.demo-pre-link.sh': 'two' })).toBe('hold');
  });

  it('never covers bytes that differ, whatever they are', async () => {
    const changed = fc.tuple(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(changed, async ([bytes, at, by]) => {
        const other = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ by : byte));
        const policyOf = { ...defaultPolicy, waivers: [{ ...waiver, sha256: sha256Of(bytes) }] };
        const verdictOf = async (script: Uint8Array) => {
          const subject = smallSubject({ files: { 'bin/.demo-post-link.sh': script } });
          const checks = [{ id: 'D1' as const, version: 1, firings: await firingsOf(d1LinkScripts, subject) }];
          return settle({ checks, sha256: subject.sha256 }, policyOf, 0).verdict;
        };
        expect([await verdictOf(bytes), await verdictOf(other)]).toEqual(['warn', 'hold']);
      }),
    );
  });

  it('of each script that is named does not cover those that are not', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`bin/.x${at}-post-link.sh`, `${at}`]));
    const subject = smallSubject({ files: many });
    const firings = await firingsOf(d1LinkScripts, subject);
    const waivers = firings.flatMap(({ sha256 }) => (sha256 ? [{ ...waiver, sha256 }] : []));
    expect(waivers).toHaveLength(20);
    const settling = { checks: [{ id: 'D1' as const, version: 1, firings }], sha256: subject.sha256 };
    const of = (more: typeof waivers) =>
      settle(settling, { ...defaultPolicy, waivers: [...waivers, ...more] }, 0).verdict;
    expect(of([])).toBe('hold');
    expect(of([{ ...waiver, sha256: subject.sha256 }])).toBe('warn');
  });
});
