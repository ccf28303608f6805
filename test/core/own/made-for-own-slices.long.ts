import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { plan } from '../../../core/steps/plan.ts';
import {
  channelsWith,
  evidenceOf,
  indexWith,
  listPackagesOf,
  ownAllowlist,
  planning,
  type SmallRelease,
  smallPackage,
} from '../../support/publish/own-world.ts';
import { planInPieces } from '../../support/publish/plan-in-pieces.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const channel = 'https://one.invalid';
const common: readonly SmallRelease[] = [
  { name: 'python', version: 3.12, needs: [] },
  { name: 'pip', version: 1, needs: [] },
];

const version = fc.integer({ min: 1, max: 3 });
const range = fc.constantFrom('', '', '>=2', '<3', '==1');
/** What the index has, of which the channel has some. */
const theirs = fc.constantFrom('a', 'b', 'c', 'd');
const release = (name: fc.Arbitrary<string>, needed: fc.Arbitrary<string>): fc.Arbitrary<SmallRelease> =>
  fc.record({ name, version, needs: fc.array(needed, { maxLength: 2 }) });
const each = (of: fc.Arbitrary<SmallRelease>, minLength: number, maxLength: number) =>
  fc.uniqueArray(of, { minLength, maxLength, selector: (one) => `${one.name} ${one.version}` });
const spec = (name: fc.Arbitrary<string>) => fc.tuple(name, range).map(([of, within]) => `${of} ${within}`.trim());
const entry = fc.record({ pypi: spec(theirs), more: fc.constantFrom({}, { dependencies: 'pypi' }) });

const scene = fc.record({
  own: each(release(fc.constantFrom('acme', 'acme-x'), spec(fc.oneof(theirs, fc.constant('acme-x')))), 2, 6),
  has: each(release(fc.constantFrom('a', 'b'), fc.constant('python')), 0, 4),
  index: each(
    release(
      theirs,
      spec(theirs).map((text) => `Requires-Dist: ${text}`),
    ),
    4,
    10,
  ),
  entries: fc
    .uniqueArray(entry, { minLength: 1, maxLength: 4, selector: ({ pypi }) => pypi })
    .map((some) => some.map(({ pypi, more }) => ({ pypi, ...more })))
    .chain((some) => fc.shuffledSubarray([...some, 'acme', { pypi: 'acme-x' }], { minLength: some.length + 2 })),
});

const isOwn = (id: string) => id.replace('pypi:', '').startsWith('acme') || id.startsWith('environment:');

/** What is made and own packages need as others do. */
const madeForOwn = ({ artifacts }: Plan) =>
  artifacts.filter(({ made, why }) => made !== undefined && why.some(isOwn) && !why.every(isOwn));

it('over random small worlds own packages get what is made for others, however the work is cut', async () => {
  let shared = 0;
  const property = fc.asyncProperty(scene, async ({ own, has, index, entries: packages }) => {
    const rest = { mapping: 'https://mapping.invalid', python: ['3.12'], indexes: ['https://index.invalid/simple'] };
    const environments = { all: ['acme', 'acme-x'] };
    const allowlist = ownAllowlist({ channels: [channel], reserved: ['acme'], packages, environments, ...rest });
    const store = memoryStore();
    await listPackagesOf(
      store,
      own.map((one) => smallPackage(one)),
    );
    const world = {
      ...planning(store, solver),
      openSubdir: channelsWith({ [channel]: [...common, ...has] }),
      pythonIndexes: indexWith(index, () => {}),
      nameEvidence: evidenceOf(Object.fromEntries(has.map(({ name }) => [name, [name]]))),
    };
    const whole = await plan(allowlist, world);
    shared += madeForOwn(whole).length;
    expect(canonicalJson(await planInPieces(allowlist, world))).toBe(canonicalJson(whole));
  });
  await fc.assert(property, { numRuns: 60 });
  expect(shared).toBeGreaterThan(0);
});
