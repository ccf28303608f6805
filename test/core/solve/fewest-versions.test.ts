import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import type { Allowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { artifactId, type Plan } from '../../../core/documents/plan.ts';
import { solverSpec } from '../../../core/names/match-spec/solver-spec.ts';
import { candidatePool } from '../../../core/solve/candidate-pool.ts';
import { installRequests } from '../../../core/solve/requests.ts';
import { virtualPackagesFor } from '../../../core/solve/virtual-packages.ts';
import { plan } from '../../../core/steps/plan.ts';
import { type SmallPackage, smallAllowlist, smallPlanWorld } from '../../support/upstream/small-upstream.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const fewest = { versions: 'fewest' };

const world = (packages: readonly SmallPackage[]) => smallPlanWorld(packages, solver);

/** What a plan of a small channel chose for each entry, with each python. */
async function chosen(packages: readonly SmallPackage[], entries: readonly string[], more = {}) {
  const made = await plan(smallAllowlist(entries, more), world(packages));
  const stem = (id: string): string => id.replace(/^noarch\/|-0\.conda$/g, '');
  return made.entries.map(({ entry, artifacts }) => [entry, ...artifacts.map(stem)]);
}

describe('the fewest versions', () => {
  const upstream: SmallPackage[] = [
    ['base 1.0'],
    ['base 2.0'],
    ['old 1.0', ['base <2']],
    ['new 1.0', ['base']],
    ['strict 1.0', ['base >=2']],
  ];

  it('are what another entry brings, though it be older', async () => {
    const old = ['old', 'base-1.0', 'old-1.0'];
    expect(await chosen(upstream, ['new', 'old'])).toEqual([['new', 'base-2.0', 'new-1.0'], old]);
    expect(await chosen(upstream, ['new', 'old'], fewest)).toEqual([['new', 'base-1.0', 'new-1.0'], old]);
  });

  it('are two where an entry needs the newer', async () => {
    expect(await chosen(upstream, ['new', 'strict', 'old'], fewest)).toEqual([
      ['new', 'base-2.0', 'new-1.0'],
      ['strict', 'base-2.0', 'strict-1.0'],
      ['old', 'base-1.0', 'old-1.0'],
    ]);
  });

  it('leave an entry the version that it gets of what it names', async () => {
    expect(await chosen(upstream, ['base', 'old'], fewest)).toEqual([
      ['base', 'base-2.0'],
      ['old', 'base-1.0', 'old-1.0'],
    ]);
  });

  it('are one for all pythons', async () => {
    const pythons: SmallPackage[] = [
      ['python 3.11'],
      ['python 3.12'],
      ['pip 1.0', ['python']],
      ['pip 2.0', ['python >=3.12']],
      ['tool 1.0', ['python']],
    ];
    expect(await chosen(pythons, ['tool'], { ...fewest, python: ['3.11', '3.12'] })).toEqual([
      ['tool', 'pip-1.0', 'python-3.11', 'tool-1.0'],
      ['tool', 'pip-1.0', 'python-3.12', 'tool-1.0'],
    ]);
  });

  it('are no more than the newest, and each entry installs that did, with what it names as it was', async () => {
    let saved = 0;
    const law = fc.asyncProperty(apps, entriesOf, async (upstreamApps, entries) => {
      const packages = [...libraries, ...upstreamApps];
      const allowlist = smallAllowlist(entries);
      const newest = await plan(allowlist, world(packages));
      const few = await plan({ ...allowlist, versions: 'fewest' }, world(packages));
      expect(few.artifacts.length).toBeLessThanOrEqual(newest.artifacts.length);
      const needed = new Set(few.entries.flatMap(({ artifacts }) => artifacts));
      expect(few.artifacts.map(artifactId).sort()).toEqual([...needed].sort());
      expect(few.entries.map((one) => fate(one, allowlist))).toEqual(newest.entries.map((one) => fate(one, allowlist)));
      for (const one of few.entries) await expectInstalls(one, few, allowlist);
      saved += newest.artifacts.length - few.artifacts.length;
    });
    await fc.assert(law, { numRuns: 80 });
    expect(saved).toBeGreaterThan(0);
  });
});

const libraries: SmallPackage[] = ['x', 'y'].flatMap((name) =>
  ['1', '2', '3'].map((version): SmallPackage => [`${name} ${version}`]),
);
const need = fc
  .tuple(fc.constantFrom('x', 'y'), fc.constantFrom('', ' <2', ' <3', ' >=2', ' >=3'))
  .map((parts) => parts.join(''));
const appNames = ['one', 'two', 'three', 'four'];
const app = fc.tuple(fc.constantFrom(...appNames), fc.constantFrom('1', '2'), fc.array(need, { maxLength: 2 }));
const apps = fc
  .uniqueArray(app, { minLength: 4, maxLength: 8, selector: ([name, version]) => `${name} ${version}` })
  .map((drawn) => drawn.map(([name, version, depends]): SmallPackage => [`${name} ${version}`, depends]));
const entriesOf = fc.uniqueArray(fc.constantFrom(...appNames, 'x', 'y <3'), { minLength: 2, maxLength: 6 });

type Outcome = Plan['entries'][number];

const specsOf = ({ entry }: Outcome, allowlist: Allowlist) =>
  installRequests(allowlist).find(({ id }) => id === entry)?.specs ?? [];

/** What came of an entry, and which packages it got of the names that it asks for. */
function fate(outcome: Outcome, allowlist: Allowlist) {
  const { entry, platform, python, status, explanation, artifacts } = outcome;
  const names = specsOf(outcome, allowlist).map(({ name }) => name);
  const named = artifacts.filter((id) => names.some((name) => id.includes(`/${name}-`)));
  return { entry, platform, python, status, explanation, named };
}

/** What a plan chose for an entry suffices for it, by itself. */
async function expectInstalls(outcome: Outcome, { artifacts }: Plan, allowlist: Allowlist) {
  if (outcome.status !== 'solved') return;
  const { platform } = outcome;
  const own = artifacts.filter((one) => outcome.artifacts.includes(artifactId(one)));
  const pool = candidatePool(platform, own, virtualPackagesFor(platform, allowlist.virtualPackages[platform]));
  const solution = await solver.solve(pool, specsOf(outcome, allowlist).map(solverSpec));
  expect(solution).toEqual({ status: 'solved', keys: outcome.artifacts });
}
