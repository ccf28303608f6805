import { describe, expect, it } from 'vitest';
import { keepMapping } from '../../../../core/documents/kept-mapping.ts';
import { packageKey } from '../../../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../../core/names/subdir.ts';
import { openOwnChannel } from '../../../../core/publish/solving/own-channel.ts';
import { packagesOfWheel } from '../../../../core/publish/solving/packages-of-wheel.ts';
import { buildConda, infoTar, stem } from '../../../support/packages/build-package.ts';
import {
  offeredWheel,
  ownAllowlist,
  pythons,
  serveRecords,
  serveWheels,
  type WrittenRecord,
} from '../../../support/publish/own-scene.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

const purls = (...projects: string[]) => ({ purls: projects.map((project) => `pkg:pypi/${project}@1`) });
const linux = subdirSchema.parse('linux-64');
const channel: readonly WrittenRecord[] = [
  ...pythons,
  ['click 8.1', purls('click')],
  ['colorama 0.4', purls('colorama')],
  ['un-said 1'],
];

interface Scene {
  readonly allowlist?: object;
  readonly records?: readonly WrittenRecord[];
  readonly store?: ReturnType<typeof memoryStore>;
  readonly fileName?: string;
}

async function packaged(metadata: string, { allowlist = {}, records = channel, fileName, store }: Scene = {}) {
  const at = store ?? memoryStore();
  await serveRecords(at, records);
  const own = await openOwnChannel({ store: at, to: 'channel', allowlist: ownAllowlist(allowlist) });
  return packagesOfWheel(await offeredWheel(fileName ?? 'acme_tool-1.0-py3-none-any.whl', metadata), own);
}

const depends = async (...given: Parameters<typeof packaged>) => {
  const told = await packaged(...given);
  return 'problem' in told ? told.problem : told.packages.map((one) => one.depends);
};

describe('a wheel that is published becomes', () => {
  it('one noarch package where all need the same, of the project in purls and name, dated by its newest file', async () => {
    const told = await packaged('Requires-Dist: click>=8\nRequires-Python: >=3.9\n');
    expect(told).toEqual({
      warnings: [],
      packages: [
        {
          subdir: noarch,
          filename: expect.stringMatching(/^acme-tool-1\.0-pypi_[0-9a-f]{8}\.conda$/),
          name: 'acme-tool',
          build: expect.stringMatching(/^pypi_[0-9a-f]{8}$/),
          depends: ['click >=8', 'python >=3.9'],
          timestamp: expect.any(Number),
          record: expect.objectContaining({
            name: 'acme-tool',
            version: '1.0',
            noarch: 'python',
            purls: ['pkg:pypi/acme-tool@1.0'],
          }),
        },
      ],
    });
  });

  it('one for each set of what it needs, by platform and python', async () => {
    const text = [
      'Requires-Dist: colorama; sys_platform == "win32"',
      'Requires-Dist: click; python_version < "3.12"',
      '',
    ].join('\n');
    expect(await depends(text)).toEqual([
      ['click', 'python >=3,<3.12a0', '__unix'],
      ['python >=3.12a0', '__unix'],
      ['colorama', 'click', 'python >=3,<3.12a0', '__win'],
      ['colorama', 'python >=3.12a0', '__win'],
    ]);
  });

  it('the same file name for the same needs and another one for others', async () => {
    const name = async (text: string) => {
      const told = await packaged(text);
      return 'problem' in told ? told.problem.detail : told.packages.map(({ filename }) => filename).join();
    };
    expect(await name('Requires-Dist: click\n')).toBe(await name('Requires-Dist: click\n'));
    expect(await name('Requires-Dist: click\n')).not.toBe(await name('Requires-Dist: click>=8\n'));
  });

  it('called as condaNames says, where that name is reserved too', async () => {
    const told = await packaged('', { allowlist: { condaNames: { 'acme-tool': 'acme-py' } } });
    expect(told).toMatchObject({ packages: [{ name: 'acme-py' }] });
  });

  it('in the format of the allowlist', async () => {
    const told = await packaged('', { allowlist: { packageFormat: '.tar.bz2' } });
    expect(told).toMatchObject({ packages: [{ filename: expect.stringMatching(/\.tar\.bz2$/) }] });
  });

  it('needing what its entries in the allowlist say besides, of the versions that they are for', async () => {
    const packages = [
      { pypi: 'acme-tool <2', depends: ['colorama'] },
      { pypi: 'acme-tool >=2', depends: ['click'] },
    ];
    expect(await depends('', { allowlist: { packages } })).toEqual([['python >=3', 'colorama']]);
  });

  it.each([
    ['is for one platform', 'acme_tool-1.0-cp312-cp312-win_amd64.whl'],
    ['is a local version', 'acme_tool-1.0+local-py3-none-any.whl'],
    ['is not for Python 3', 'acme_tool-1.0-py2-none-any.whl'],
  ])('no package where it %s, and says so', async (_, fileName) => {
    const told = await packaged('', { fileName });
    expect(told).toMatchObject({ packages: [], warnings: [{ code: 'publish.pip-only', subject: fileName }] });
  });
});

describe('what a published wheel needs is called in conda', () => {
  it("as the organisation's own names are, whether or not they are here", async () => {
    const allowlist = { condaNames: { 'acme-core': 'acme-core-py' } };
    const text = 'Requires-Dist: acme-core>=1\nRequires-Dist: Acme_Other\n';
    expect(await depends(text, { allowlist })).toEqual([['acme-core-py >=1', 'acme-other', 'python >=3']]);
  });

  it('as the mapping says that the last sync kept, though the channel may lack it', async () => {
    const store = memoryStore();
    const mapping = 'https://names.test/mapping.json';
    await keepMapping(store, mapping, { 'python-graphviz': ['graphviz'] });
    expect(await depends('Requires-Dist: graphviz\n', { store, allowlist: { mapping } })).toEqual([
      ['python-graphviz', 'python >=3'],
    ]);
  });

  it('as a package of its name that installs its metadata, by the bytes that lie here', async () => {
    const store = memoryStore();
    const paths = { paths: [{ _path: 'site-packages/demo-1.dist-info/METADATA' }] };
    const bytes = buildConda({ info: infoTar({ name: 'info/paths.json', data: JSON.stringify(paths) }) });
    await store.put(packageKey('conda', linux, packageFileNameSchema.parse(`${stem}.conda`)), bytes);
    const records: readonly WrittenRecord[] = [...pythons, ['demo 1.0 h0_0', { subdir: 'linux-64' }]];
    expect(await depends('Requires-Dist: Demo\n', { store, records })).toEqual([['demo', 'python >=3']]);
  });
});

describe('a published wheel becomes no package', () => {
  it.each<[string, string, object]>([
    [
      'whose dependency nothing tells of',
      'un-said',
      { code: 'pypi.conda-name', hint: expect.stringContaining('"condaNames": { "un-said": "un-said" }') },
    ],
    [
      'whose dependency is here under no known name',
      'absent>=2',
      {
        code: 'publish.lacking',
        detail: expect.stringContaining('absent>=2'),
        hint: expect.stringContaining('"absent >=2"'),
      },
    ],
    [
      'that needs an extra',
      'click[toml]',
      { code: 'pypi.dependency', hint: expect.stringContaining('{ "pypi": "acme-tool" }') },
    ],
    [
      'with a marker that nobody can decide',
      'click; platform_release > "5"',
      { code: 'pypi.dependency', hint: expect.stringContaining('"depends": ["click"]') },
    ],
    ['that needs a URL', 'click @ https://x.test/click.whl', { code: 'pypi.dependency' }],
  ])('%s', async (_, requirement, problem) => {
    expect(await depends(`Requires-Dist: ${requirement}\n`)).toMatchObject({
      subject: 'acme_tool-1.0-py3-none-any.whl',
      ...problem,
    });
  });

  it('but what its entry says is settled, is', async () => {
    const packages = [{ pypi: 'acme-tool', depends: ['click >=8', 'tomli'] }];
    expect(await depends('Requires-Dist: click[toml]\n', { allowlist: { packages } })).toEqual([
      ['python >=3', 'click >=8', 'tomli'],
    ]);
  });

  it('of a name that an entry pins, but for these very bytes', async () => {
    const { sha256 } = await offeredWheel('other-1.0-py3-none-any.whl');
    const pinned = (wheel: string) => ({ reserved: [], packages: [{ pypi: 'other', wheel: `sha256:${wheel}` }] });
    const fileName = 'other-1.0-py3-none-any.whl';
    expect(await depends('', { fileName, allowlist: pinned(sha256) })).toEqual([['python >=3']]);
    expect(await depends('', { fileName, allowlist: pinned('0'.repeat(64)) })).toMatchObject({
      code: 'publish.not-reserved',
    });
  });
});

it('what an extra of a project on our own pages brings is told', async () => {
  const store = memoryStore();
  const extras = 'Provides-Extra: toml\nRequires-Dist: tomli; extra == "toml"\n';
  await serveWheels(store, { 'click-8.1-py3-none-any.whl': extras });
  expect(await depends('Requires-Dist: click[toml]\n', { store })).toMatchObject({
    hint: expect.stringContaining('"depends": ["click","tomli"]'),
  });
});
