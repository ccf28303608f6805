import { expect, it } from 'vitest';
import { candidate } from '../support/solver/candidates.ts';
import type { SolverQuestions } from './solver-questions.ts';

/** What a solver chooses where it has the choice, and what it makes of what records say. */
export function solverChoices({ keysOf }: SolverQuestions): void {
  it('brings the dependencies of dependencies, in order of key', async () => {
    const chain = [
      candidate('c 1.0', { depends: ['b >=1'] }),
      candidate('b 1.0', { depends: ['a'], subdir: 'linux-64' }),
      candidate('a 1.0'),
      candidate('unneeded 1.0'),
    ];
    expect(await keysOf(chain, ['c'])).toEqual([
      'linux-64/b-1.0-0.conda',
      'noarch/a-1.0-0.conda',
      'noarch/c-1.0-0.conda',
    ]);
  });

  it('reads every way to write a dependency', async () => {
    const b = ['1.1 x_0', '1.2 x_0', '2.0 y_0'].map((rest) => candidate(`b ${rest}`));
    const chosen = (depends: string) => keysOf([...b, candidate('a 1', { depends: [depends] })], ['a']);
    for (const depends of [
      'b ==1.2',
      'b==1.2',
      'b 1.2 x_0',
      'b=1.2=x_0',
      'b <2',
      'b<2',
      ' b <2',
      'B <2',
      'b\t<2',
      'b[version="<2"]',
      'b ~=1.1',
    ]) {
      expect(await chosen(depends), depends).toContain('noarch/b-1.2-x_0.conda');
    }
  });

  it('prefers the newest version, then the highest build number, then the newest timestamp', async () => {
    const versions = ['1.9', '1.10', '1.10.dev1'].map((version) => candidate(`a ${version}`));
    expect(await keysOf(versions, ['a'])).toEqual(['noarch/a-1.10-0.conda']);
    const numbers = [2, 10, 1].map((n) => candidate(`a 1 h_${n}`, { build_number: n }));
    expect(await keysOf(numbers, ['a'])).toEqual(['noarch/a-1-h_10.conda']);
    const times = [1_600_000_000_000, 1_700_000_000_000, 1_500_000_000_000];
    const stamped = times.map((timestamp, i) => candidate(`a 1 h${i}_0`, { timestamp }));
    expect(await keysOf(stamped, ['a'])).toEqual(['noarch/a-1-h1_0.conda']);
  });

  it('prefers what tracks no feature', async () => {
    const plain = candidate('a 1.0 plain');
    for (const track_features of ['debug', ['debug'], 'debug more']) {
      expect(await keysOf([candidate('a 2.0 debug', { track_features }), plain], ['a'])).toEqual([
        'noarch/a-1.0-plain.conda',
      ]);
    }
    for (const track_features of ['', [], [''], null, 7]) {
      expect(await keysOf([candidate('a 2.0 new', { track_features }), plain], ['a'])).toEqual([
        'noarch/a-2.0-new.conda',
      ]);
    }
  });

  it('mixes the platform and noarch, also where both have a file of one name', async () => {
    const both = [
      candidate('a 1', { timestamp: 1_700_000_000_000 }),
      candidate('a 1', { subdir: 'linux-64', timestamp: 1 }),
    ];
    expect(await keysOf(both, ['a'])).toEqual(['noarch/a-1-0.conda']);
    const tied = [candidate('a 1'), candidate('a 1', { subdir: 'win-64' })];
    expect(await keysOf(tied, ['a'], { platform: 'win-64' })).toEqual(['win-64/a-1-0.conda']);
  });

  it('solves for platforms nobody has heard of', async () => {
    const odd = [candidate('a 1', { subdir: 'linux-fake', depends: ['b'] }), candidate('b 1')];
    const keys = await keysOf(odd, ['a'], { platform: 'linux-fake', virtualPackages: {} });
    expect(keys).toEqual(['linux-fake/a-1-0.conda', 'noarch/b-1-0.conda']);
  });

  it('chooses nothing when nothing is asked', async () => {
    expect(await keysOf([candidate('a 1')], [])).toEqual([]);
    expect(await keysOf([], [])).toEqual([]);
  });

  it('chooses by build string and hash', async () => {
    const [md5, sha256] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(4)];
    const marked = candidate('a 1 marked', { md5, sha256 });
    const pool = [marked, candidate('a 2 other', { md5: 'f'.repeat(32), sha256: 'f'.repeat(64) })];
    for (const key of [`md5=${md5}`, `sha256=${sha256}`, 'build=mark*']) {
      expect(await keysOf(pool, [`a[${key}]`]), key).toEqual([marked.key]);
    }
  });

  it('takes records with odd values in keys that decide nothing', async () => {
    const odd = {
      timestamp: 1.5,
      size: 1,
      noarch: 'weird',
      features: [],
      license: { name: 'x' },
      python_site_packages_path: 5,
    };
    for (const timestamp of [-1, 1e300, Number.MAX_SAFE_INTEGER, 0]) {
      expect(await keysOf([candidate('a 1', { ...odd, timestamp })], ['a'])).toEqual(['noarch/a-1-0.conda']);
    }
    expect(await keysOf([candidate('a 1', { ...odd, noarch: true })], ['a'])).toEqual(['noarch/a-1-0.conda']);
  });
}
