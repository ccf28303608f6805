import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate, CandidatePool, Solution, Solver } from '../../core/ports/solver.ts';
import { candidate, type PoolKeys, poolOf } from '../support/candidates.ts';
import { installable, universe } from './solver-model.ts';

/** What every twin of the solver promises. `runs` bounds the random part. */
export function solverContract(name: string, open: () => Solver, runs = 150): void {
  describe(`${name} keeps the solver contract`, () => {
    let solver: Solver;
    beforeAll(() => {
      solver = open();
    });
    afterAll(() => solver[Symbol.asyncDispose]());

    const solve = (candidates: readonly Candidate[], specs: readonly string[], keys?: PoolKeys): Promise<Solution> =>
      solver.solve(poolOf(candidates, keys), specs);
    const keysOf = async (...args: Parameters<typeof solve>): Promise<readonly string[]> =>
      solved(await solve(...args));
    const whyNot = async (...args: Parameters<typeof solve>): Promise<string> => unsolvable(await solve(...args));

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

    it('says in words why nothing can be chosen', async () => {
      const apart = [
        candidate('top 1', { depends: ['left', 'right'] }),
        candidate('left 1', { depends: ['bottom >=2'] }),
        candidate('right 1', { depends: ['bottom <2'] }),
        candidate('bottom 1'),
        candidate('bottom 2'),
      ];
      const text = await whyNot(apart, ['top']);
      for (const words of ['left 1', 'right 1', 'bottom >=2', 'bottom <2', '\n']) expect(text).toContain(words);
      expect(text).toMatch(/[├└]─ /);
      expect(text).toBe(text.trim());
      expect(text).not.toMatch(/[^\S\n]$|https?:/m);
    });

    it('names what is missing', async () => {
      expect(await whyNot([], ['nothing-like-it'])).toContain('nothing-like-it');
      expect(await whyNot([candidate('a 1', { depends: ['gone >=3'] })], ['a'])).toContain('gone >=3');
      expect(await whyNot([candidate('a 1')], ['a >=2'])).toContain('a >=2');
    });

    it('chooses nothing when nothing is asked', async () => {
      expect(await keysOf([candidate('a 1')], [])).toEqual([]);
      expect(await keysOf([], [])).toEqual([]);
    });

    it('keeps to constrains, and brings nothing for them', async () => {
      const a = candidate('a 1', { constrains: ['b <2'] });
      expect(await keysOf([a, candidate('b 1')], ['a'])).toEqual(['noarch/a-1-0.conda']);
      const keys = await keysOf([a, candidate('b 1'), candidate('b 2')], ['a', 'b']);
      expect(keys).toEqual(['noarch/a-1-0.conda', 'noarch/b-1-0.conda']);
      expect(await whyNot([a, candidate('b 2')], ['a', 'b'])).toContain('b <2');
    });

    it('holds virtual packages against depends and constrains', async () => {
      const needs = (spec: string) => candidate('a 1', { depends: [spec] });
      const limits = (spec: string) => candidate('a 1', { constrains: [spec] });
      for (const spec of ['__glibc >=2.17', '__unix', '__archspec 1 x86_64', '__linux >=4']) {
        expect(await keysOf([needs(spec)], ['a']), spec).toEqual(['noarch/a-1-0.conda']);
        expect(await keysOf([limits(spec)], ['a']), spec).toEqual(['noarch/a-1-0.conda']);
      }
      for (const spec of ['__glibc >=2.29', '__archspec 1 skylake', '__linux <5']) {
        expect(await whyNot([needs(spec)], ['a']), spec).toContain(spec.split(' ')[0]);
        expect(await whyNot([limits(spec)], ['a']), spec).toContain(spec.split(' ')[0]);
      }
      expect(await whyNot([needs('__cuda >=12')], ['a'])).toContain('__cuda >=12');
      expect(await keysOf([limits('__cuda >=12')], ['a'])).toEqual(['noarch/a-1-0.conda']);
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

    it('chooses something installable, the newest it can, exactly when there is something, in any order', async () => {
      await fc.assert(
        fc.asyncProperty(universe, async ({ candidates, shuffled, specs }) => {
          const possible = installable(candidates, specs);
          const solution = await solve(candidates, specs);
          expect(solution.status).toBe(possible.length === 0 ? 'unsolvable' : 'solved');
          expect(await solve(shuffled, specs)).toEqual(solution);
          if (solution.status !== 'solved') return;
          expect(possible.map(({ keys }) => keys)).toContainEqual(solution.keys);
          const first = possible.find(({ keys }) => keys.join() === solution.keys.join());
          expect(first?.newest).toBe(Math.max(...possible.map(({ newest }) => newest)));
        }),
        { numRuns: runs },
      );
    });

    it('goes round circles', async () => {
      const circle = [
        candidate('python 3', { depends: ['pip'] }),
        candidate('pip 2', { depends: ['python >=3', 'wheel'] }),
        candidate('wheel 1', { depends: ['python', 'pip <3'] }),
      ];
      expect(await keysOf(circle, ['wheel'])).toHaveLength(3);
      const broken = candidate('pip 2', { depends: ['python >=3', 'wheel', 'gone'] });
      expect(await whyNot([...circle.slice(0, 1), broken, ...circle.slice(2)], ['wheel'])).toContain('gone');
    });

    it('answers many calls at once, over more pools than it can keep', async () => {
      const pools = Array.from({ length: 9 }, (_, i) => poolOf([candidate(`a 1.${i}`), candidate(`b 2.${i}`)]));
      const ask = (pool: CandidatePool) => solver.solve(pool, ['a', 'b']);
      const expected = pools.map((_, i) => [`noarch/a-1.${i}-0.conda`, `noarch/b-2.${i}-0.conda`]);
      const twice = await Promise.all([...pools, ...pools].map(ask));
      expect(twice.map(solved)).toEqual([...expected, ...expected]);
    });

    it('survives what its engine does not', async () => {
      const good = [candidate('a 1', { depends: ['b'] }), candidate('b 1')];
      const bad = [candidate('a 1', { depends: ['conda-forge::b'] }), candidate('b 1')];
      const answers = await Promise.all([
        solve(good, ['a']),
        solve(bad, ['a']),
        solve(good, ['a']),
        solve(good, ['*']),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['solved', 'failed', 'solved', 'failed']);
      expect(await solve(bad, ['a'])).toMatchObject({
        status: 'failed',
        explanation: expect.stringMatching(/^the solver failed: \S/),
      });
      expect(await keysOf(good, ['a'])).toHaveLength(2);
    });

    it('fails only the calls that need a record it cannot read', async () => {
      const parts = Array.from({ length: 30 }, (_, i) => candidate(`part${i} 1`, { depends: [`leaf${i}`] }));
      const leaves = parts.map((_, i) => candidate(`leaf${i} 1`));
      const names = parts.map(({ record }) => record.name);
      const pool = poolOf([...parts, ...leaves, candidate('all 1', { depends: [...names, 'odd'] }), oddVersion]);
      for (const status of ['failed', 'failed', 'solved']) {
        const specs = status === 'solved' ? names : ['all'];
        expect(await solver.solve(pool, specs)).toMatchObject({ status });
      }
    });

    it('does not take a spec it cannot read for one that cannot be met', async () => {
      for (const spec of ['a >=', '', 'a*', 'https://example.invalid/noarch/a-1-0.conda']) {
        expect(await solve([candidate('a 1')], [spec]), spec).toMatchObject({ status: 'failed' });
      }
    });
  });
}

const oddVersion = { key: 'noarch/odd-1-0.conda', record: { ...candidate('odd 1').record, version: '1 .0' } };

function solved(solution: Solution): readonly string[] {
  if (solution.status !== 'solved') throw new Error(`${solution.status}: ${solution.explanation}`);
  return solution.keys;
}

function unsolvable(solution: Solution): string {
  if (solution.status !== 'unsolvable') throw new Error(`not unsolvable: ${JSON.stringify(solution)}`);
  return solution.explanation;
}
