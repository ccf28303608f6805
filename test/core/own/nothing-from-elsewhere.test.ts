import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { normalProjectName } from '../../../core/names/normal-project-name.ts';
import { isReserved } from '../../../core/names/reserved-names.ts';
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
import { simpleScene } from '../../support/simple/simple-scene.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const reserved = ['acme'];
const channels = ['https://one.invalid', 'https://two.invalid'];
const ours = ['acme', 'acme-x', 'acme_x', 'acme.y'];
const theirs = ['a', 'b', 'acmefoo'];
const python = { name: 'python', version: 3.12, needs: [] };
const pip = { name: 'pip', version: 1, needs: [] };

const name = fc.constantFrom(...ours, ...theirs);
const version = fc.integer({ min: 1, max: 3 });
const range = fc.constantFrom('', ' >=2', ' <3', ' ==1');
const condaRelease: fc.Arbitrary<SmallRelease> = fc.record({
  name,
  version,
  needs: fc.array(
    fc.tuple(name, range).map(([of, within]) => `${of}${within}`),
    { maxLength: 2 },
  ),
});
const wheel: fc.Arbitrary<SmallRelease> = fc.record({
  name: fc.constantFrom(...ours, ...theirs, 'Acme.X'),
  version,
  needs: fc.array(
    fc.tuple(name, range).map(([of, within]) => `Requires-Dist: ${of}${within}`),
    { maxLength: 2 },
  ),
});
const releases = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 3, maxLength: 14 });
const key = ({ name: of, version: at }: SmallRelease) => `${of} ${at}`;
const once = (all: readonly SmallRelease[]) => [...new Map(all.map((one) => [key(one), one])).values()];

const entry = fc.oneof(
  fc.record({ spec: name }),
  fc.record({ spec: name, channel: fc.constantFrom(...channels) }),
  fc.record({ pypi: name }),
  fc.record({ pypi: name, dependencies: fc.constant('pypi') }),
);

const meaning = (one: { readonly spec?: string; readonly pypi?: string }) =>
  one.pypi === undefined ? `${one.spec}` : `pypi:${normalProjectName(one.pypi)}`;

const scene = fc.record({
  one: releases(condaRelease).map((all) => once([...all, python, pip])),
  two: releases(condaRelease).map(once),
  own: fc
    .array(condaRelease, { minLength: 2, maxLength: 12 })
    .map((all) => once(all.filter(({ name: of }) => ours.includes(of)))),
  pages: fc
    .array(wheel, { minLength: 1, maxLength: 6 })
    .map((all) => all.filter(({ name: of }) => isReserved(of, reserved))),
  index: releases(wheel).map((all) => once(all)),
  mapped: fc.dictionary(fc.constantFrom('a', 'b', 'acme', 'acme-x'), fc.array(name, { maxLength: 2 })),
  condaNames: fc.constantFrom({}, { a: 'acme-x' }, { 'acme-x': 'acme_x' }, { a: 'b' }),
  entries: fc.uniqueArray(entry, { minLength: 2, maxLength: 6, selector: meaning }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** A store with what is the organisation's own, and what an index gave under the same names before. */
async function storeOf({ own, pages }: Scene) {
  const store = memoryStore();
  const fetched = { type: 'upstream' as const, channel: 'https://one.invalid', url: 'https://one.invalid/x' };
  const before = smallPackage({ name: 'acme', version: 9, needs: [] });
  await listPackagesOf(store, [...own.map((one) => smallPackage(one)), { ...before, origin: fetched }]);
  const { mirror, index } = simpleScene(store);
  for (const { name: of, version: at, needs } of pages) {
    const fileName = `${of.replaceAll(/[-.]/g, '_')}-${at}-py3-none-any.whl`;
    await mirror(fileName, { metadata: needs.join('\n') }, { origin: { type: 'published', by: null } });
  }
  await mirror('acme-9-py3-none-any.whl');
  await index();
  return store;
}

function worldOf(one: Scene, store: Awaited<ReturnType<typeof storeOf>>, asked: string[]) {
  const [first = '', second = ''] = channels;
  return {
    ...planning(store, solver),
    openSubdir: channelsWith({ [first]: one.one, [second]: one.two }),
    pythonIndexes: indexWith(one.index, (project) => void asked.push(project)),
    nameEvidence: evidenceOf(one.mapped),
  };
}

interface Seen {
  own: number;
  files: number;
  others: number;
}

/** Each package and file by where it comes from. */
function checkSources({ artifacts, simple, add }: Plan, seen: Seen): void {
  for (const { record, channel, url, filename, made } of artifacts) {
    const isOurs = isReserved(record.name, reserved);
    expect([filename, channel === 'this store', url.startsWith('conda/noarch/')]).toEqual([filename, isOurs, isOurs]);
    expect(made === undefined || !isOurs).toBe(true);
    seen[isOurs ? 'own' : 'others']++;
  }
  for (const { project, index, url } of simple.files) {
    expect([url, url.startsWith('simple/')]).toEqual([url, isReserved(project, reserved)]);
    if (index === 'this store') seen.files++;
  }
  expect(add.filter((id) => isReserved(id.replace('noarch/', ''), reserved))).toEqual([]);
}

describe('over random small worlds', () => {
  it('no package or file of a reserved name has an address upstream, however the work is cut', async () => {
    const seen = { own: 0, files: 0, others: 0 };
    const property = fc.asyncProperty(scene, async (one) => {
      const { entries: packages, condaNames } = one;
      const rest = { mapping: 'https://mapping.invalid', python: ['3.12'], indexes: ['https://index.invalid/simple'] };
      const allowlist = ownAllowlist({ channels, packages, reserved, condaNames, ...rest });
      const asked: string[] = [];
      const world = worldOf(one, await storeOf(one), asked);
      const whole = await plan(allowlist, world);
      checkSources(whole, seen);
      expect(asked.filter((project) => isReserved(project, reserved))).toEqual([]);
      expect(canonicalJson(await planInPieces(allowlist, world))).toBe(canonicalJson(whole));
    });
    await fc.assert(property, { numRuns: 40 });
    expect(Math.min(seen.own, seen.files, seen.others)).toBeGreaterThan(0);
  });
});
