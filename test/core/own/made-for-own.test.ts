import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import type { Provenance } from '../../../core/documents/provenance.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
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
import { memoryStore } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const release = (name: string, version: number, ...needs: string[]): SmallRelease => ({ name, version, needs });
const channel = 'https://one.invalid/c';
const common = [release('python', 3.12), release('pip', 1)];

interface World {
  readonly entries: readonly unknown[];
  readonly own?: readonly SmallRelease[];
  readonly channel?: readonly SmallRelease[];
  readonly index?: readonly SmallRelease[];
  /** A project whose page cannot be read. */
  readonly unreadable?: string;
  readonly more?: object;
  /** Of the own packages; published where it is left out. */
  readonly origin?: Provenance['origin'];
  readonly build?: string;
}

const tool = release('acme-tool', 1, 'decorator >=5');
const decorators = [release('decorator', 5), release('decorator', 6)];

async function planned({ entries, own = [tool], channel: has = [], index = decorators, ...rest }: World) {
  const store = memoryStore();
  const packages = own.map((one) => ({ ...smallPackage(one, rest.build), origin: rest.origin }));
  await listPackagesOf(store, packages);
  for (const { filename } of packages) await store.put(packageKey('conda', noarch, filename), Buffer.from('x'));
  const allowlist = ownAllowlist({
    channels: [channel],
    indexes: ['https://index.invalid/simple'],
    mapping: 'https://mapping.invalid',
    python: ['3.12'],
    reserved: ['acme'],
    packages: entries,
    ...rest.more,
  });
  const told = Object.fromEntries(has.map(({ name }) => [name, [name]]));
  const pythonIndexes = indexWith(index, (project) => {
    if (project === rest.unreadable) throw new GatehouseError('upstream.status', 'is 500');
  });
  return plan(allowlist, {
    ...planning(store, solver),
    openSubdir: channelsWith({ [channel]: [...common, ...has] }),
    pythonIndexes,
    nameEvidence: evidenceOf(told),
  });
}

/** Each artifact of a name: its version, whether it is made, and who needs it. */
const named = ({ artifacts }: Plan, name: string) =>
  artifacts.flatMap(({ record, made, why }) =>
    record.name === name ? [`${record.version} ${made === undefined ? 'channel' : 'made'}: ${why.join(', ')}`] : [],
  );
const codes = ({ problems }: Plan) => problems.map(({ code, subject }) => `${code} ${subject}`);

describe('what is made for a PyPI entry', () => {
  const entry = { pypi: 'decorator ==5' };

  it('is there for own packages that need it, by an entry of either kind, as the very artifact of its entry', async () => {
    const alone = await planned({ entries: [entry] });
    for (const entries of [
      ['acme-tool', entry],
      [entry, 'acme-tool'],
    ]) {
      const found = await planned({ entries });
      expect([codes(found), named(found, 'decorator')]).toEqual([
        [],
        [`5 made: ${entries.map((one) => (one === entry ? 'pypi:decorator ==5' : 'acme-tool')).join(', ')}`],
      ]);
      const artifact = (of: Plan) => of.artifacts.flatMap(({ why, ...one }) => (one.made ? [one] : []));
      expect(artifact(found)).toEqual(artifact(alone));
    }
    const both = await planned({
      entries: [{ pypi: 'acme-tool' }, entry],
      more: { environments: { e: ['acme-tool'] } },
    });
    expect(named(both, 'decorator')).toEqual(['5 made: pypi:acme-tool, pypi:decorator ==5, environment:e']);
  });

  it('stands back where a channel has what they need', async () => {
    const found = await planned({ entries: ['acme-tool', entry], channel: [release('decorator', 5)] });
    expect(named(found, 'decorator')).toEqual(['5 channel: acme-tool', '5 made: pypi:decorator ==5']);
    const older = await planned({ entries: ['acme-tool', entry], channel: [release('decorator', 4)] });
    expect([codes(older), named(older, 'decorator')]).toEqual([[], ['5 made: acme-tool, pypi:decorator ==5']]);
  });

  it('brings what that needs in turn, and what an entry takes from the index for itself', async () => {
    const index = [
      release('decorator', 5, 'Requires-Dist: inner>=2'),
      release('inner', 2, 'Requires-Dist: core'),
      release('core', 1),
    ];
    const closing = { ...entry, dependencies: 'pypi' };
    const found = await planned({ entries: ['acme-tool', closing], index, channel: [release('inner', 1)] });
    expect([codes(found), ...['inner', 'core'].flatMap((name) => named(found, name))]).toEqual([
      [],
      '2 made: acme-tool, pypi:decorator ==5',
      '1 made: acme-tool, pypi:decorator ==5',
    ]);
    const own = [release('acme-tool', 1, 'core')];
    const deep = await planned({ entries: ['acme-tool', closing], index, channel: [release('inner', 1)], own });
    expect([codes(deep), named(deep, 'core')]).toEqual([[], ['1 made: acme-tool, pypi:decorator ==5']]);
  });

  it('is there for the package of a wheel that an entry names', async () => {
    const wheel = { fileName: distributionFileNameSchema.parse('odd-1-py3-none-any.whl'), sha256: sha256Of('odd') };
    const found = await planned({
      entries: [{ pypi: 'odd', wheel: `sha256:${wheel.sha256}` }, entry],
      own: [release('odd', 1, 'decorator')],
      origin: { type: 'published', by: null, wheel },
      build: 'pypi_0',
    });
    expect(named(found, 'decorator')).toEqual(['5 made: pypi:odd, pypi:decorator ==5']);
  });

  it('is not for who wants the name of one channel', async () => {
    const environments = { e: ['acme-tool', 'c::decorator'] };
    const found = await planned({ entries: ['acme-tool', entry], more: { environments } });
    expect(codes(found)).toEqual(['entry.unsolvable environment:e on linux-64']);
  });

  it('is for no other entry or environment', async () => {
    const found = await planned({ entries: ['decorator', entry], more: { environments: { e: ['decorator'] } } });
    expect(codes(found)).toEqual([
      'entry.unsolvable decorator on linux-64',
      'entry.unsolvable environment:e on linux-64',
    ]);
  });

  it('is gone with its entry, and then the own one says what is missing', async () => {
    const found = await planned({ entries: ['acme-tool', { pypi: 'acme-tool' }] });
    expect([found.artifacts, codes(found)]).toEqual([
      [],
      ['entry.unsolvable acme-tool on linux-64', 'entry.unsolvable pypi:acme-tool on linux-64'],
    ]);
    const [detail, hint] = ['decorator >=5', '{"pypi":"decorator"}'].map((text) => expect.stringContaining(text));
    expect(found.problems).toMatchObject(found.problems.map(() => ({ detail, hint })));
  });

  it('is there on each platform that it installs on, whatever those of its entry', async () => {
    const on = (platforms: readonly string[]) =>
      planned({ entries: ['acme-tool', { ...entry, platforms: ['linux-64'] }], more: { platforms } });
    const alike = await on(['linux-64', 'linux-aarch64']);
    expect(codes(alike)).toEqual([]);
    const other = await on(['linux-64', 'win-64']);
    expect(codes(other)).toEqual(['entry.unsolvable acme-tool on win-64']);
    expect(named(other, 'decorator')).toEqual(['5 made: acme-tool, pypi:decorator ==5']);
  });

  it('makes no plan complete whose index cannot be read', async () => {
    const found = await planned({ entries: ['acme-tool', entry], unreadable: 'decorator' });
    expect([found.complete, codes(found)]).toEqual([false, ['upstream.status decorator, pypi:decorator ==5']]);
  });

  it('is not looked for as long as nothing own needs it', async () => {
    const found = await planned({ entries: ['acme-tool', entry], own: [] });
    expect(codes(found)).toEqual(['plan.unpublished acme-tool', 'entry.unsolvable acme-tool on linux-64']);
    expect(named(found, 'decorator')).toEqual(['5 made: pypi:decorator ==5']);
  });
});
