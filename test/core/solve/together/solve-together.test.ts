import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../../adapters/solver-rattler/solver-rattler.ts';
import { makePlan } from '../../../../core/diff/make-plan.ts';
import type { Plan } from '../../../../core/documents/plan.ts';
import { subdirSchema } from '../../../../core/names/subdir.ts';
import type { Solver } from '../../../../core/ports/solver.ts';
import { candidatePool } from '../../../../core/solve/candidate-pool.ts';
import { planSlices } from '../../../../core/solve/requests.ts';
import { solveSlice } from '../../../../core/solve/slices/solve-slice.ts';
import { virtualPackagesFor } from '../../../../core/solve/virtual-packages.ts';
import { plan } from '../../../../core/steps/plan.ts';
import { type SmallPackage, smallAllowlist, smallPlanWorld } from '../../../support/upstream/small-upstream.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const world = (packages: readonly SmallPackage[], over: Partial<{ solver: Solver }> = {}) => ({
  ...smallPlanWorld(packages, solver),
  offersEnvironments: true,
  ...over,
});

const planned = (
  packages: readonly SmallPackage[],
  entries: readonly unknown[],
  more: Record<string, unknown> = {},
): Promise<Plan> => plan(smallAllowlist(entries, more), world(packages));

/** One wants the old base, one what came new with it; `app 1` would go with the old one. */
const bases: SmallPackage[] = [
  ['base 1'],
  ['base 2'],
  ['old 1', ['base <2']],
  ['app 1', ['base']],
  ['app 2', ['base >=2']],
  ['other 1'],
];
const linux64 = subdirSchema.parse('linux-64');
const linux = { platforms: ['linux-64'], python: [] };

describe('the entries of a plan', () => {
  it('that all go together are not told of, nor is an entry alone', async () => {
    expect(await planned(bases, ['app', 'other'])).not.toHaveProperty('together');
    expect(await planned(bases, ['old'])).not.toHaveProperty('together');
  });

  it('of which two want two versions are told of once for all platforms, and nothing can be done', async () => {
    const { together, problems } = await planned(bases, ['app ==1', 'app ==2', 'other'], {
      platforms: ['linux-64', 'win-64'],
    });
    expect(problems).toEqual([]);
    expect(together).toEqual({
      apart: [
        {
          platforms: ['linux-64', 'win-64'],
          python: [],
          entries: ['app ==1', 'app ==2'],
          reason: 'one environment holds one version of app',
          upstream: 'unsolvable',
          environment: null,
        },
      ],
      more: false,
    });
  });

  it('that other versions would bring together come with the environment that has them planned', async () => {
    const { together } = await planned(bases, ['old', 'other', 'app']);
    const reason = 'old needs base <2, app needs base >=2';
    const environment = { together: ['old', 'app'] };
    const entries = ['old', 'app'];
    expect(together?.apart).toEqual([{ ...linux, entries, reason, upstream: 'solves', environment }]);
    const settled = await planned(bases, ['old', 'other', 'app'], { environments: environment });
    expect([settled.problems, settled.together]).toEqual([[], undefined]);
  });

  it('are offered no environment that the allowlist would refuse: of a channel that only their entry names', async () => {
    const entries = ['old', { spec: 'app', channel: 'https://two.invalid/d' }];
    const { together } = await planned(bases, entries);
    expect(together?.apart).toMatchObject([{ upstream: 'untried', environment: null }]);
  });

  it('that no versions bring together come without one', async () => {
    const { together } = await planned(bases, ['old', 'app ==2']);
    const reason = 'old needs base <2, app ==2 needs base >=2';
    const entries = ['old', 'app ==2'];
    expect(together?.apart).toEqual([{ ...linux, entries, reason, upstream: 'unsolvable', environment: null }]);
  });

  it('are told that they could go together on their own platform, where an environment is for all', async () => {
    const packages: SmallPackage[] = [...bases, ['here 1', ['base <2'], 'linux-64']];
    const more = { platforms: ['linux-64', 'win-64'] };
    const { together } = await planned(packages, [{ spec: 'here', platforms: ['linux-64'] }, 'app'], more);
    expect(together?.apart).toMatchObject([{ platforms: ['linux-64'], upstream: 'here', environment: null }]);
  });

  it('that an environment names are left to it, also where it does not solve', async () => {
    const more = { environments: { course: ['app ==2', 'old', 'other'] } };
    const { together, problems } = await planned(bases, ['old', 'app ==2'], more);
    expect(together).toBeUndefined();
    expect(problems.map(({ subject }) => subject)).toEqual(['environment:course on linux-64']);
  });

  it('are offered an environment of a name that is free, with all that they ask for and where from', async () => {
    const more = { environments: { together: ['other'], 'together-2': ['other'] } };
    const entry = { spec: 'app', channel: 'https://one.invalid/c', depends: ['other >=1'] };
    const { together } = await planned(bases, ['old', entry], more);
    const [one] = together?.apart ?? [];
    expect(one?.environment).toEqual({ 'together-3': ['old', 'https://one.invalid/c::app', 'other >=1'] });
    const settled = await planned(bases, ['old', entry], {
      environments: { ...more.environments, ...one?.environment },
    });
    expect([settled.problems, settled.together]).toEqual([[], undefined]);
  });

  it('are solved with each python of the allowlist', async () => {
    const packages: SmallPackage[] = [
      ['python 3.11.1'],
      ['python 3.12.1'],
      ['pip 24', ['python']],
      ['base 1'],
      ['base 2', ['python >=3.12']],
      ['one 1', ['python <3.12', 'base']],
      ['two 1', ['python', 'base <2']],
      ['one 2', ['python >=3.12', 'base >=2']],
      ['late 1', ['python >=3.12']],
      ['early 1', ['python <3.12']],
      ['plain 1'],
      ['plain 2'],
    ];
    const entries = ['one', 'two', 'late', 'early', 'plain ==1', 'plain ==2'];
    const { together } = await planned(packages, entries, { python: ['3.11', '3.12'] });
    expect(together?.apart.map(({ entries: group, python, reason }) => [group, python, reason])).toEqual([
      [['late', 'early'], [], 'late installs with python 3.12, early installs with python 3.11'],
      [['plain ==1', 'plain ==2'], [], 'one environment holds one version of plain'],
      [['one', 'two'], ['3.12'], 'one needs base >=2, two needs base <2'],
    ]);
  });

  it('are told of with a package of theirs that wants it, and by larger groups where no two are to blame', async () => {
    const packages: SmallPackage[] = [
      ['part 1'],
      ['part 2'],
      ['part 3'],
      ['a 1', ['lib']],
      ['lib 1', ['part !=1']],
      ['b 1', ['part !=2']],
      ['c 1', ['part !=3']],
    ];
    const { together } = await planned(packages, ['a', 'b', 'c', 'part ==1']);
    expect(together?.apart.map(({ entries, reason }) => [entries, reason])).toEqual([
      [['a', 'b', 'c'], 'of what was chosen for them, nothing fits all'],
      [['a', 'part ==1'], 'a needs part !=1 (for its lib), part ==1 needs part ==1'],
    ]);
  });

  it('are told of with what a package of theirs does not go with', async () => {
    const packages: SmallPackage[] = [['abi 1'], ['abi 2'], ['a 1', ['abi']], ['b 1', [], 'noarch', ['abi ==1']]];
    const { together } = await planned(packages, ['a', 'b']);
    const reason = 'a needs abi, b goes only with abi ==1';
    expect(together?.apart).toMatchObject([{ entries: ['a', 'b'], reason, upstream: 'solves' }]);
  });

  it('are left alone where the solver breaks, and it is said that there may be more', async () => {
    const allowlist = smallAllowlist(['old', 'app']);
    const parts = await Promise.all(planSlices(allowlist).map((slice) => solveSlice(slice, allowlist, world(bases))));
    const broken: Solver = { ...solver, solve: async () => ({ status: 'failed', explanation: 'broke' }) };
    const concluded = await makePlan(allowlist, parts, world(bases, { solver: broken }));
    expect([concluded.problems, concluded.together]).toEqual([[], { apart: [], more: true }]);
  });

  it('are offered what nobody tried where no upstream is asked, but for what contradicts itself', async () => {
    const allowlist = smallAllowlist(['old', 'app ==2', 'app ==1']);
    const parts = await Promise.all(planSlices(allowlist).map((slice) => solveSlice(slice, allowlist, world(bases))));
    const { together } = await makePlan(allowlist, parts, world(bases));
    expect(together?.apart).toMatchObject([
      { entries: ['old', 'app ==2'], upstream: 'untried', environment: { together: ['old', 'app ==2'] } },
      { entries: ['app ==2', 'app ==1'], upstream: 'unsolvable', environment: null },
    ]);
  });
});

describe('each group that is told of', () => {
  const names = ['a', 'b', 'c', 'd'];
  const spec = fc.tuple(fc.constantFrom(...names), fc.constantFrom('', ' <3', ' ==1', ' >=2', ' !=2'));
  const packages = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      version: fc.integer({ min: 1, max: 3 }),
      needs: fc.array(spec, { maxLength: 2 }),
    }),
    { selector: ({ name, version }) => `${name} ${version}`, minLength: 6, maxLength: 12 },
  );
  const scene = fc.record({
    packages: packages.map((all) =>
      all.map(({ name, version, needs }): SmallPackage => {
        const later = needs.filter(([of]) => of > name).map((parts) => parts.join(''));
        return [`${name} ${version}`, later];
      }),
    ),
    entries: fc.uniqueArray(
      spec.map((parts) => parts.join('')),
      { minLength: 2, maxLength: 6 },
    ),
  });

  it('cannot be installed from what the plan holds, and could without any one of it', async () => {
    let told = 0;
    const property = fc.asyncProperty(scene, async ({ packages: all, entries }) => {
      const { together, artifacts, entries: outcomes } = await planned(all, entries);
      const pool = candidatePool(linux64, artifacts, virtualPackagesFor(linux64));
      const installs = async (some: readonly string[]) => (await solver.solve(pool, some)).status === 'solved';
      const solved = outcomes.filter(({ status }) => status === 'solved').map(({ entry }) => entry);
      expect(await installs(solved)).toBe(together === undefined);
      for (const { entries: group } of together?.apart ?? []) {
        told += 1;
        expect(await installs(group)).toBe(false);
        for (const one of group) expect(await installs(group.filter((other) => other !== one))).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 60 });
    expect(told).toBeGreaterThan(0);
  });
});
