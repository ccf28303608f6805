import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../../adapters/solver-rattler/solver-rattler.ts';
import { takeName } from '../../../../core/documents/published/used-name.ts';
import { usedPackageNameKey } from '../../../../core/layout/keys.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import type { OfferedWheel } from '../../../../core/publish/solving/packages-of-wheel.ts';
import { solveFirst } from '../../../../core/publish/solving/solve-first.ts';
import { stagingStore } from '../../../../core/store/staging-store.ts';
import {
  offeredPackage,
  offeredWheel,
  ownAllowlist,
  pythons,
  serveRecords,
  serveWheels,
  type WrittenRecord,
} from '../../../support/publish/own-scene.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

interface Scene {
  readonly store?: ReturnType<typeof memoryStore>;
  readonly allowlist?: object;
  readonly to?: 'channel' | 'staging';
  readonly records?: readonly WrittenRecord[];
  /** On our pages: file name -> lines of METADATA. */
  readonly pages?: Readonly<Record<string, string>>;
}

interface Offered {
  readonly wheels?: Readonly<Record<string, string>>;
  readonly packages?: readonly WrittenRecord[];
}

const clock = { sleep: async () => {} };

async function solved({ wheels = {}, packages = [] }: Offered, scene: Scene = {}) {
  const { store = memoryStore(), allowlist = {}, to = 'channel', records = pythons, pages = {} } = scene;
  await serveRecords(store, records);
  await serveWheels(store, pages);
  const offered: OfferedWheel[] = [];
  for (const [name, metadata] of Object.entries(wheels)) offered.push(await offeredWheel(name, metadata));
  const given = packages.map((one) => offeredPackage(one));
  const told = await solveFirst(
    { wheels: offered, packages: given },
    { store, to, allowlist: ownAllowlist(allowlist), solver, clock },
  );
  const made = [...told.made.values()].map((own) => own.map(({ name, depends }) => `${name}: ${depends.join(' & ')}`));
  return { ...told, made };
}

const fileName = 'acme_tool-1.0-py3-none-any.whl';
const tool = (metadata: string) => ({ wheels: { [fileName]: metadata } });
const needs = (...requirements: string[]) => tool(requirements.map((one) => `Requires-Dist: ${one}\n`).join(''));
const numpyKeys = { purls: ['pkg:pypi/numpy@1.26'], depends: ['python >=3.9'] };
const numpy: WrittenRecord = ['numpy 1.26 0', numpyKeys];
const numpyWheel = { 'numpy-1.26-py3-none-any.whl': '' };

describe('a wheel that is offered', () => {
  it('is published to both where both have what it needs', async () => {
    const told = await solved(needs('numpy>=1.20'), { records: [...pythons, numpy], pages: numpyWheel });
    expect(told).toEqual({ made: [['acme-tool: numpy >=1.20 & python >=3']], warnings: [], problems: [] });
  });

  it('is refused where neither has it, with a line for each', async () => {
    const told = await solved(needs('numpy>=1.20', 'scipy'));
    expect(told.made).toEqual([[]]);
    expect(told.problems).toEqual([
      {
        code: 'publish.lacking',
        subject: fileName,
        detail:
          'conda cannot install it from here:\nacme-tool 1.0 needs "numpy>=1.20", and no package of the channel is known to be it\nacme-tool 1.0 needs "scipy", and no package of the channel is known to be it',
        hint: 'add to "packages" in the allowlist, and run gatehouse sync: "numpy >=1.20", "scipy"; where conda calls it otherwise, by that name, with "condaNames": { "numpy": "NAME" }',
      },
      {
        code: 'publish.lacking',
        subject: fileName,
        detail:
          'pip cannot install it from here:\nacme-tool 1.0 needs "numpy>=1.20", which our pages do not have\nacme-tool 1.0 needs "scipy", which our pages do not have',
        hint: 'add to "packages" in the allowlist, and run gatehouse sync: { "pypi": "numpy >=1.20" }, { "pypi": "scipy" }',
      },
    ]);
  });

  it('is for pip alone where conda lacks something, and says what', async () => {
    const told = await solved(needs('numpy>=2'), {
      records: [...pythons, numpy],
      pages: { 'numpy-2.1-py3-none-any.whl': '' },
    });
    expect(told).toMatchObject({ made: [[]], problems: [] });
    expect(told.warnings).toMatchObject([
      {
        code: 'publish.pip-only',
        detail: expect.stringContaining('acme-tool 1.0 needs "numpy >=2", which the channel does not have'),
        hint: expect.stringContaining('"numpy >=2"'),
      },
    ]);
  });

  it('is for conda alone where pip lacks something, and is published all the same', async () => {
    const told = await solved(needs('numpy'), { records: [...pythons, numpy] });
    expect(told).toMatchObject({ made: [['acme-tool: numpy & python >=3']], problems: [] });
    expect(told.warnings).toMatchObject([
      { code: 'publish.conda-only', subject: fileName, hint: expect.stringContaining('{ "pypi": "numpy" }') },
    ]);
  });

  it('needs what is lacked further down, on either side', async () => {
    const records: WrittenRecord[] = [...pythons, ['numpy 1 0', { ...numpyKeys, depends: ['blas >=3'] }]];
    const told = await solved(needs('numpy'), {
      records,
      pages: { 'numpy-1.0-py3-none-any.whl': 'Requires-Dist: blas>=3\n' },
    });
    expect(told.problems).toMatchObject([
      { detail: expect.stringContaining('numpy 1 needs "blas >=3"'), hint: expect.stringContaining('"blas >=3"') },
      {
        detail: expect.stringContaining('numpy 1.0 needs "blas>=3"'),
        hint: expect.stringContaining('{ "pypi": "blas >=3" }'),
      },
    ]);
  });

  it.each<[string, object, string]>([
    ['is reserved, is to be published first', {}, 'publish acme-core first'],
    [
      'an entry has already, is to be synced',
      { packages: ['numpy', { pypi: 'numpy' }] },
      'an entry for numpy: run gatehouse sync',
    ],
  ])('what it lacks and %s', async (what, allowlist, hint) => {
    const lacked = what.startsWith('is reserved') ? 'acme-core>=2' : 'numpy';
    const told = await solved(needs(lacked), { allowlist });
    expect(told.problems.map((one) => one.hint)).toEqual([
      expect.stringContaining(hint),
      expect.stringContaining(hint),
    ]);
  });

  it('lacks for pip what only an entry for conda is there for', async () => {
    const { problems } = await solved(needs('numpy'), { allowlist: { packages: ['numpy'] } });
    expect(problems.map(({ hint }) => hint)).toEqual([
      expect.stringContaining('an entry for numpy: run gatehouse sync'),
      expect.stringContaining('{ "pypi": "numpy" }'),
    ]);
  });

  it('is told of what it lacks up to five, and of how many more', async () => {
    const { problems } = await solved(needs(...Array.from({ length: 7 }, (_, i) => `lacked-${i}`)), {
      allowlist: { channels: [] },
    });
    expect(problems.map(({ detail }) => detail.split('\n').at(-1))).toEqual(['and 2 more', 'and 2 more']);
    expect(problems[0]?.hint).toContain('name a channel in "channels"');
    for (const { detail, hint = '' } of problems)
      expect(Math.max(...[...detail.split('\n'), hint].map((line) => line.length))).toBeLessThan(500);
  });

  it('that needs a URL is refused in the words that say so', async () => {
    const { problems } = await solved(needs('numpy @ https://x.test/numpy.whl'));
    expect(problems).toMatchObject([
      { code: 'pypi.dependency', detail: expect.stringContaining('by a URL') },
      { detail: expect.stringContaining('by a URL') },
    ]);
  });

  it('counts with what is offered beside it, in either order', async () => {
    const wheels = { [fileName]: 'Requires-Dist: acme-core>=2\n', 'acme_core-2.0-py3-none-any.whl': '' };
    const made = [['acme-tool: acme-core >=2 & python >=3'], ['acme-core: python >=3']];
    expect(await solved({ wheels })).toEqual({ made, warnings: [], problems: [] });
    const turned = Object.fromEntries(Object.entries(wheels).reverse());
    expect(await solved({ wheels: turned })).toEqual({ made: made.toReversed(), warnings: [], problems: [] });
  });

  it('does not count on another one whose conda package does not install', async () => {
    const wheels = {
      [fileName]: 'Requires-Dist: acme-core\n',
      'acme_core-2.0-py3-none-any.whl': 'Requires-Dist: numpy\n',
    };
    const told = await solved({ wheels }, { pages: numpyWheel });
    expect(told).toMatchObject({ made: [[], []], problems: [] });
    expect(told.warnings).toMatchObject([
      {
        code: 'publish.pip-only',
        subject: expect.stringContaining('acme-tool'),
        detail: expect.stringContaining('"acme-core"'),
      },
      { code: 'publish.pip-only', subject: 'acme_core-2.0-py3-none-any.whl' },
    ]);
  });

  it('installs with one python of those listed, and its package for the others is left out', async () => {
    const text = 'Requires-Dist: numpy; python_version >= "3.12"\n';
    const told = await solved(tool(text), {
      pages: numpyWheel,
      records: [...pythons, ['numpy 1 0', { ...numpyKeys, depends: ['python <3.12'] }]],
    });
    expect(told).toMatchObject({ made: [['acme-tool: python >=3,<3.12a0']], problems: [] });
    expect(told.warnings).toMatchObject([
      { code: 'publish.lacking', subject: expect.stringMatching(/^acme-tool-1\.0-pypi_/) },
    ]);
  });

  it('is told of pip where the channel has python without it', async () => {
    const told = await solved(tool(''), { records: [['python 3.12.4 0']] });
    expect(told.warnings).toMatchObject([{ code: 'publish.pip-only', hint: expect.stringContaining('"pip"') }]);
  });

  it('is told of python where the channel has none', async () => {
    const told = await solved(tool('Requires-Python: >=3.9\n'), { records: [] });
    expect(told.warnings).toMatchObject([
      { code: 'publish.pip-only', hint: expect.stringContaining('"python >=3.9"') },
    ]);
  });

  it('that conflicts with itself is told in the words of the solvers', async () => {
    const records: WrittenRecord[] = [
      ...pythons,
      numpy,
      ['old 1 0', { purls: ['pkg:pypi/old@1'], depends: ['numpy <1'] }],
      ['numpy 0.9 0', numpyKeys],
    ];
    const pages = {
      ...numpyWheel,
      'numpy-0.9-py3-none-any.whl': '',
      'old-1-py3-none-any.whl': 'Requires-Dist: numpy<1\n',
    };
    const { problems } = await solved(needs('numpy>=1', 'old'), { records, pages });
    expect(problems).toMatchObject([
      { detail: expect.stringContaining('numpy') },
      { detail: expect.stringContaining('numpy') },
    ]);
    expect(problems.every(({ hint }) => hint === undefined)).toBe(true);
  });

  it('of a store without any python installs with pip', async () => {
    const told = await solved(tool('Requires-Python: >=3.9\n'), {
      records: [],
      allowlist: { python: undefined, channels: [] },
    });
    expect(told).toMatchObject({
      problems: [],
      warnings: [{ code: 'publish.pip-only', hint: expect.stringContaining('"python"') }],
    });
  });

  it('for no platform of the allowlist is refused', async () => {
    const { problems } = await solved({ wheels: { 'acme_tool-1.0-cp312-cp312-win32.whl': '' } });
    expect(problems).toMatchObject([
      { code: 'publish.pip-only' },
      { code: 'publish.lacking', detail: expect.stringContaining('none of the platforms') },
    ]);
  });

  it('names what conda calls otherwise, with the line of condaNames', async () => {
    const records: WrittenRecord[] = [
      ...pythons,
      ['python-graphviz 0.20 0', { purls: ['pkg:pypi/graphviz@0.20'] }],
      ['graphviz 12 0', { purls: ['pkg:pypi/none@1'] }],
    ];
    const told = await solved(needs('graphviz'), {
      records,
      allowlist: { condaNames: { graphviz: 'python-graphviz' } },
    });
    expect(told).toMatchObject({
      made: [['acme-tool: python-graphviz & python >=3']],
      warnings: [{ code: 'publish.conda-only' }],
    });
  });
});

it('what an extra brings is told of a wheel that is offered beside', async () => {
  const wheels = {
    [fileName]: 'Requires-Dist: acme-core[cli]\n',
    'acme_core-2.0-py3-none-any.whl': 'Provides-Extra: cli\nRequires-Dist: acme-term; extra == "cli"\n',
    'acme_term-1.0-py3-none-any.whl': '',
  };
  const told = await solved({ wheels });
  expect(told).toMatchObject({ made: [[], ['acme-core: python >=3'], ['acme-term: python >=3']], problems: [] });
  expect(told.warnings).toMatchObject([
    { code: 'publish.pip-only', hint: expect.stringContaining('"depends": ["acme-core","acme-term"]') },
  ]);
});

describe('to staging', () => {
  it('all comes, and what lacks is a warning', async () => {
    const told = await solved(needs('acme-core'), { to: 'staging' });
    expect(told).toMatchObject({ made: [['acme-tool: acme-core & python >=3']], problems: [] });
    expect(told.warnings).toMatchObject([{ code: 'publish.lacking' }, { code: 'publish.lacking', subject: fileName }]);
  });

  it('what is staged counts beside the channel', async () => {
    const store = memoryStore();
    await serveRecords(stagingStore(store), [['acme-core 1 0', { depends: ['python'] }]]);
    const told = await solved(needs('acme-core'), { to: 'staging', store });
    expect(told.warnings).toMatchObject([{ detail: expect.stringContaining('pip cannot') }]);
    expect((await solved(needs('acme-core'), { store })).problems).toHaveLength(2);
  });
});

describe('promoted', () => {
  it.each([
    ['with the package that was made in staging, and no other', 'numpy', 1],
    ['without the package, where that does not install here', 'scipy', 0],
  ])('a wheel comes %s', async (_, needed, count) => {
    const store = memoryStore();
    await serveRecords(store, [...pythons, numpy]);
    const already = [offeredPackage(['acme-tool 1.0 pypi_1234', { depends: [needed, 'python'] }])];
    const wheel = { ...(await offeredWheel(fileName)), already };
    const told = await solveFirst(
      { wheels: [wheel], packages: [] },
      { store, to: 'channel', allowlist: ownAllowlist(), solver, clock },
    );
    expect(told.problems).toEqual([]);
    expect(told.made.get(wheel)?.map(({ filename }) => filename)).toEqual(
      already.slice(0, count).map((one) => one.filename),
    );
    expect(told.warnings.map(({ code }) => code)).toEqual(count === 1 ? [] : ['publish.pip-only']);
  });
});

describe('a conda package that is offered', () => {
  it('is solved on the platforms of its subdir', async () => {
    const records: WrittenRecord[] = [...pythons, ['glib 1 0', { subdir: 'linux-64' }]];
    const here: WrittenRecord = ['acme-c 1 0', { subdir: 'linux-64', depends: ['glib'] }];
    expect(await solved({ packages: [here] }, { records })).toMatchObject({ warnings: [], problems: [] });
    const there: WrittenRecord = ['acme-c 1 0', { subdir: 'win-64', depends: ['glib'] }];
    const { problems } = await solved({ packages: [there] }, { records });
    expect(problems).toMatchObject([
      { code: 'publish.lacking', subject: 'acme-c-1-0.conda', hint: expect.stringContaining('"glib"') },
    ]);
    expect(await solved({ packages: [there] }, { records, to: 'staging' })).toMatchObject({
      problems: [],
      warnings: [{ code: 'publish.lacking' }],
    });
  });

  it('of noarch installs where one platform has what it needs', async () => {
    const records: WrittenRecord[] = [...pythons, ['glib 1 0', { subdir: 'win-64' }]];
    expect(await solved({ packages: [['acme-c 1 0', { depends: ['glib'] }]] }, { records })).toMatchObject({
      problems: [],
    });
  });

  it.each<[string, (store: ReturnType<typeof memoryStore>) => Promise<unknown>]>([
    ['is listed', (store) => serveRecords(store, [['acme-c 1 0']])],
    [
      'was used',
      (store) =>
        takeName(
          store,
          usedPackageNameKey(offeredPackage(['acme-c 1 0']).subdir, offeredPackage(['acme-c 1 0']).filename),
          sha256Of('x'),
        ),
    ],
  ])('is refused where its other format %s', async (_, before) => {
    const store = memoryStore();
    await before(store);
    const given = offeredPackage(['acme-c 1 0'], '.tar.bz2');
    const told = await solveFirst(
      { wheels: [], packages: [given] },
      { store, to: 'staging', allowlist: ownAllowlist(), solver, clock },
    );
    expect(told.problems).toMatchObject([{ code: 'publish.other-format', subject: 'acme-c-1-0.tar.bz2' }]);
  });

  it('is refused in both formats at once', async () => {
    const packages = [offeredPackage(['acme-c 1 0']), offeredPackage(['acme-c 1 0'], '.tar.bz2')];
    const told = await solveFirst(
      { wheels: [], packages },
      { store: memoryStore(), to: 'channel', allowlist: ownAllowlist(), solver, clock },
    );
    expect(told.problems.map(({ code }) => code)).toEqual(['publish.other-format', 'publish.other-format']);
  });

  it('of a wheel keeps the format that it was published in', async () => {
    const store = memoryStore();
    await serveRecords(store, pythons);
    const wheel = await offeredWheel(fileName);
    const offered = { wheels: [wheel], packages: [] };
    const first = await solveFirst(offered, { store, to: 'channel', allowlist: ownAllowlist(), solver, clock });
    const [made] = first.made.get(wheel) ?? [];
    if (made === undefined) throw new Error('nothing was made');
    await takeName(store, usedPackageNameKey(made.subdir, made.filename), sha256Of('x'));
    const allowlist = ownAllowlist({ packageFormat: '.tar.bz2' });
    const again = await solveFirst(offered, { store, to: 'channel', allowlist, solver, clock });
    expect(again.made.get(wheel)).toMatchObject([{ filename: made.filename }]);
  });
});
