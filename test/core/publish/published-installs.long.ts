import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import type { Proof } from '../../../core/documents/proof.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema, packageFileParts } from '../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import type { PublishReport } from '../../../core/publish/publication.ts';
import { indexProjects } from '../../../core/steps/index-projects.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { prove } from '../../../core/steps/prove.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { ownAllowlist } from '../../support/publish/own-scene.ts';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { type MemoryStore, memoryStore, newBucket } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const platforms = ['linux-64', 'win-64'];
const subdirs = [noarch, ...platforms.map((one) => subdirSchema.parse(one))];

/** A python, pip and numpy, as somebody copied them in. */
async function copyIn(store: MemoryStore): Promise<void> {
  const facts = { build: '0', subdir: 'noarch', noarch: 'generic', format: '.conda' } as const;
  const carried = { path: 'site-packages/numpy-1.26.dist-info/METADATA', content: 'Name: numpy' };
  const packages = [
    { ...facts, name: 'python', version: '3.11.4', depends: [] },
    { ...facts, name: 'python', version: '3.12.4', depends: [] },
    { ...facts, name: 'pip', version: '24.0', depends: ['python'] },
    { ...facts, name: 'numpy', version: '1.26', depends: ['python >=3.12'], files: [carried] },
  ];
  for (const { filename, bytes } of await Promise.all(packages.map(buildPackage)))
    await store.put(packageKey('conda', noarch, packageFileNameSchema.parse(filename)), bytes);
}

async function index(store: MemoryStore): Promise<void> {
  const { clock } = publishWorld();
  const world = { store, gate: testGate(store), channel: 'conda', clock, log: () => {} } as const;
  for (const subdir of subdirs) expect((await indexSubdir(subdir, world)).problems).toEqual([]);
  const { projects, problems } = await indexProjects('all', world);
  expect([...problems, ...projects.flatMap((one) => one.problems)]).toEqual([]);
}

const project = fc.constantFrom('acme-a', 'acme-b', 'acme-c');
const version = fc.constantFrom('1', '2', '3');
const need = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(project, fc.constantFrom('', '>=2', '<2', '==3')).map((parts) => parts.join('')) },
  fc.constantFrom('numpy', 'numpy>=2', 'absent', 'numpy; python_version >= "3.12"', 'absent; sys_platform == "win32"'),
);
const wheel = fc.tuple(project, version, fc.uniqueArray(need, { maxLength: 2 })).map(([name, of, needs]) => ({
  fileName: `${name.replace('-', '_')}-${of}-py3-none-any.whl`,
  metadata: needs.map((one) => `Requires-Dist: ${one}\n`).join(''),
}));
const conda = fc
  .tuple(project, version, fc.uniqueArray(project, { maxLength: 1 }), fc.constantFrom('noarch', 'win-64'))
  .map(([name, of, depends, subdir]) => ({ name: `${name}-tool`, version: of, build: '0', subdir, depends }));
const round = fc.record({
  wheels: fc.uniqueArray(wheel, { maxLength: 3, selector: ({ fileName }) => fileName }),
  packages: fc.uniqueArray(conda, { maxLength: 2, selector: (one) => `${one.name} ${one.version}` }),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

async function filesOf({ wheels, packages }: Round): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const { fileName, metadata } of wheels) files[fileName] = buildWheel({ fileName, metadata });
  for (const one of packages) {
    const { filename, bytes } = await buildPackage({ ...one, format: '.conda' });
    files[filename] = bytes;
  }
  return files;
}

/** The entries of an allowlist that what was published is said to answer. */
function promisesOf({ files, warnings }: PublishReport): string[] {
  const notForPip = new Set(warnings.flatMap(({ code, subject }) => (code === 'publish.conda-only' ? [subject] : [])));
  return files.flatMap(({ key, kind, status }) => {
    const file = key.slice(key.lastIndexOf('/') + 1);
    if (status === 'present' || notForPip.has(file)) return [];
    if (kind === 'wheel') return [`pypi:${file.split('-', 2).join(' ==').replace('_', '-')}`];
    const { name, version: of, build } = packageFileParts(file);
    return [`${name} ==${of} ${build}`];
  });
}

const installable = ({ entries, pip }: Proof, id: string): boolean =>
  [...(id.startsWith('pypi:') ? pip : entries)].some((one) => one.entry === id && one.installable);

it('what was published installs, by the proof of the index, and goes on doing so whatever comes after', async () => {
  const seen = { rounds: 0, refused: 0, kept: 0 };
  const law = fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
    const store = memoryStore({}, newBucket({ etagOf: sha256Of }));
    await copyIn(store);
    await index(store);
    const promised = new Set<string>();
    for (const one of rounds) {
      const world = publishWorld({
        store,
        solver,
        allowlistText: { platforms, python: ['3.11', '3.12'], mapping: 'none' },
      });
      const before = store.objects.size;
      const report = await publishFiles(await filesOf(one), world);
      seen.rounds += 1;
      seen.refused += Number(report.problems.length > 0);
      if (report.problems.length > 0) expect(store.objects.size).toBe(before);
      for (const id of promisesOf(report)) promised.add(id);
      await index(store);
      const packages = [...promised].map((id) => (id.startsWith('pypi:') ? { pypi: id.slice(5) } : { spec: id }));
      const allowlist = ownAllowlist({ platforms, packages });
      const { proof } = await prove(allowlist, { store, channel: 'conda', solver, log: () => {} });
      expect([...promised].filter((id) => !installable(proof, id))).toEqual([]);
    }
    seen.kept += promised.size;
  });
  await fc.assert(law, { numRuns: 100 });
  expect(seen.refused).toBeGreaterThan(20);
  expect(seen.kept).toBeGreaterThan(100);
}, 300_000);
