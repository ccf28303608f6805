import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { ownSpec } from '../../../core/solve/requests.ts';
import { type SbomOf, sbom } from '../../../core/steps/evidence/sbom.ts';
import { entered } from '../../support/gate/entered.ts';
import { judged, verdictOf } from '../../support/gate/judged.ts';
import { standingClock } from '../../support/gate/ledgers.ts';
import { key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

const noSolver: Solver = {
  solve: () => Promise.reject(new Error('asked to solve')),
  [Symbol.asyncDispose]: async () => {},
};
const billOf = (
  store: MemoryStore,
  of: SbomOf = { kind: 'channel', name: 'acme', platform: null },
  solver = noSolver,
) => sbom(of, { store, channel: 'conda', clock: standingClock, solver, madeBy: '0.0.0' });

interface Indexed {
  readonly subdir: string;
  readonly name: string;
  readonly version: string;
  readonly license: unknown;
  readonly depends?: readonly string[];
}

const fileName = ({ name, version }: Indexed) => `${name}-${version}-h_0.conda`;
const shaOf = (one: Indexed) => sha256Of(`${one.subdir} ${fileName(one)}`);

async function index(store: MemoryStore, packages: readonly Indexed[]): Promise<void> {
  for (const [subdir, own] of Map.groupBy(packages, (one) => one.subdir)) {
    const records = own.map((one) => {
      const { name, version, license, depends = [] } = one;
      return [fileName(one), { name, version, license, depends, build: 'h_0', build_number: 0, sha256: shaOf(one) }];
    });
    const repodata = { packages: {}, 'packages.conda': Object.fromEntries(records) };
    await store.put(key(`conda/${subdir}/repodata.json`), Buffer.from(canonicalJson(repodata)));
    await store.put(key(`_gatehouse/state/conda/${subdir}.json`), Buffer.from('{}'));
  }
}

async function page(store: MemoryStore, project: string, files: readonly string[]): Promise<void> {
  const listed = files.map((filename) => ({ filename, hashes: { sha256: sha256Of(filename) } }));
  await store.put(key(`simple/${project}/index.json`), Buffer.from(canonicalJson({ files: listed })));
  await store.put(key(`_gatehouse/state/simple/${project}.json`), Buffer.from('{}'));
}

const anyPackage = fc.record({
  subdir: fc.constantFrom('noarch', 'linux-64', 'win-64'),
  name: fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,20}[a-z0-9]$/),
  version: fc.stringMatching(/^[0-9a-z!+_.]{1,12}$/),
  license: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('MIT', 'MIT OR ISC', '', null, 7, 'GPL', 'x'.repeat(3000)),
  ),
});

/** The facts of a package in which is nothing. */
const nothingOf = (name: string) => ({
  ...{ name, version: '1.0', source: null, depends: [], license: null, maintainers: [], unpacked: 1 },
  ...{ scripts: [], natives: 0, blobs: [], hosts: [] },
});

describe('a bill of materials', () => {
  it('has exactly one component for each indexed file, by its sha256, and fits the schema, whatever is indexed', async () => {
    const packages = fc.uniqueArray(anyPackage, { selector: (one) => `${one.subdir}/${fileName(one)}`, maxLength: 8 });
    const files = fc.uniqueArray(fc.stringMatching(/^x_y-[0-9]{1,3}(\.[0-9]{1,2}(rc1|\+cu1)?)?-py3-none-any\.whl$/), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(packages, files, async (indexed, wheels) => {
        const store = memoryStore();
        await index(store, indexed);
        await page(store, 'x-y', wheels);
        const bill = await billOf(store);
        expect(await validator.validate(JSON.stringify(bill))).toBeNull();
        const found = bill.components.map((one) => `${one['bom-ref']} ${one.hashes[0]?.content}`);
        const expected = [
          ...indexed.map((one) => `${one.subdir}/${fileName(one)} ${shaOf(one)}`),
          ...wheels.map((wheel) => `simple/x-y/${wheel} ${sha256Of(wheel)}`),
        ];
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 30 },
    );
  });

  it('says where a package is from, which release of PyPI it holds, and what the gate found', async () => {
    const store = memoryStore();
    const one = { subdir: 'noarch', name: 'p1', version: '1.0', license: 'MIT' };
    await index(store, [one]);
    const projects = [{ project: 'p-one', version: '1.0', by: 'dist-info' as const }];
    const verdict = verdictOf(1, {
      ...{ id: `noarch/${fileName(one)}`, sha256: shaOf(one), verdict: 'warn' },
      facts: { ...nothingOf('p1'), projects },
    });
    await judged(store, verdict);
    await entered(verdict, store, {
      type: 'upstream',
      channel: 'https://conda.anaconda.org/conda-forge',
      url: 'https://me:secret@conda.example/noarch/p1.conda',
    });
    const bill = await billOf(store);
    expect(bill.components).toMatchObject([
      {
        purl: 'pkg:conda/p1@1.0?build=h_0&channel=conda-forge&subdir=noarch&type=conda',
        licenses: [{ license: { id: 'MIT' } }],
        evidence: { identity: [{ field: 'purl', concludedValue: 'pkg:pypi/p-one@1.0' }] },
        properties: [{ name: 'gatehouse:verdict', value: 'warn' }],
      },
    ]);
    expect(JSON.stringify(bill)).not.toContain('secret');
    expect(await validator.validate(JSON.stringify(bill))).toBeNull();
  });

  it('names a package that was made as of this channel, and trusts a mapping less than what the package says', async () => {
    const store = memoryStore();
    const one = { subdir: 'noarch', name: 'p1', version: '1.0', license: 'MIT' };
    await index(store, [one]);
    const by = (how: 'mapping' | 'dist-info') => ({ project: `p-${how}`, version: '1.0', by: how });
    const verdict = verdictOf(1, {
      ...{ id: `noarch/${fileName(one)}`, sha256: shaOf(one) },
      facts: { ...nothingOf('p1'), projects: [by('mapping'), by('dist-info')] },
    });
    await judged(store, verdict);
    await entered(verdict, store, {
      ...{
        type: 'made',
        from: 'wheel',
        revision: 1,
        index: 'https://pypi.example/simple',
        url: 'https://pypi.example/p1-1.0-py3-none-any.whl',
      },
      ...{ fileName: 'p1-1.0-py3-none-any.whl', sha256: sha256Of('wheel') },
    });
    const [component] = (await billOf(store)).components;
    expect(component).toMatchObject({
      purl: 'pkg:conda/p1@1.0?build=h_0&channel=conda&subdir=noarch&type=conda',
      externalReferences: [{ type: 'distribution', url: 'https://pypi.example/p1-1.0-py3-none-any.whl' }],
      evidence: {
        identity: [
          { methods: [{ confidence: 0.5, value: 'mapping' }] },
          { methods: [{ confidence: 1, value: 'dist-info' }] },
        ],
      },
    });
  });

  it('is none where something of it is damaged, and says who names the rest', async () => {
    const store = memoryStore();
    const one = { subdir: 'noarch', name: 'p1', version: '1.0', license: 'MIT' };
    await index(store, [one]);
    const verdict = verdictOf(1, { id: `noarch/${fileName(one)}`, sha256: shaOf(one) });
    const provenance = key(`_gatehouse/provenance/conda/${verdict.id}/${verdict.sha256}.json`);
    await store.put(provenance, Buffer.from('{'));
    const error = { code: 'json.invalid', hint: expect.stringContaining('gatehouse verify') };
    await expect(billOf(store)).rejects.toMatchObject({ ...error, message: `${provenance} is not JSON` });
  });

  it('is the same for the same content, and another for other content', async () => {
    const one = { subdir: 'noarch', name: 'p1', version: '1.0', license: 'MIT' };
    const [first, second, third] = [memoryStore(), memoryStore(), memoryStore()];
    await index(first, [one, { ...one, name: 'p2' }]);
    await index(second, [{ ...one, name: 'p2' }, one]);
    await index(third, [one]);
    expect(canonicalJson(await billOf(second))).toBe(canonicalJson(await billOf(first)));
    expect((await billOf(third)).serialNumber).not.toBe((await billOf(first)).serialNumber);
  });

  it('has of a platform what that platform reads', async () => {
    const store = memoryStore();
    const of = (subdir: string) => ({ subdir, name: 'x', version: '1', license: null });
    await index(store, ['noarch', 'linux-64', 'win-64'].map(of));
    const { components } = await billOf(store, {
      kind: 'channel',
      name: 'acme',
      platform: subdirSchema.parse('win-64'),
    });
    expect(components.map((one) => one['bom-ref'])).toEqual(['noarch/x-1-h_0.conda', 'win-64/x-1-h_0.conda']);
  });

  it('has of an environment what is solved for it, and which of that needs which', async () => {
    const store = memoryStore();
    const of = (name: string, depends: string[] = []) => ({
      subdir: 'noarch',
      name,
      version: '1',
      license: 'MIT',
      depends,
    });
    await index(store, [of('app', ['lib >=1', 'python', '__unix']), of('lib'), of('other')]);
    const specs: (readonly string[])[] = [];
    const solver: Solver = {
      ...noSolver,
      solve: async ({ virtualPackages }, wanted) => {
        specs.push(wanted);
        expect(virtualPackages).toMatchObject({ __glibc: '2.17', __unix: '0' });
        return { status: 'solved', keys: ['noarch/app-1-h_0.conda', 'noarch/lib-1-h_0.conda'] };
      },
    };
    const environment = {
      name: 'course',
      id: 'environment:course',
      specs: [ownSpec('app')],
      channels: new Map(),
      line: 1,
    };
    const allowlist = { python: [], virtualPackages: { 'linux-64': { __glibc: '2.17' } } };
    const platform = subdirSchema.parse('linux-64');
    const bill = await billOf(store, { kind: 'environment', environment, platform, allowlist }, solver);
    expect(specs).toEqual([['app']]);
    expect(bill.dependencies).toEqual([
      { ref: 'gatehouse', dependsOn: ['noarch/app-1-h_0.conda'] },
      { ref: 'noarch/app-1-h_0.conda', dependsOn: ['noarch/lib-1-h_0.conda'] },
      { ref: 'noarch/lib-1-h_0.conda', dependsOn: [] },
    ]);
    expect(await validator.validate(JSON.stringify(bill))).toBeNull();
    const failing: Solver = { ...noSolver, solve: async () => ({ status: 'unsolvable', explanation: 'no app' }) };
    await expect(
      billOf(store, { kind: 'environment', environment, platform, allowlist }, failing),
    ).rejects.toMatchObject({
      code: 'sbom.unsolvable',
      message: expect.stringContaining('no app'),
    });
  });
});
