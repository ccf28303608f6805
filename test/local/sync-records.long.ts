import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../core/json/json.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
import { indexSubdir } from '../../core/steps/index-subdir.ts';
import { prove } from '../../core/steps/prove.ts';
import { buildPackage, type PackageSpec } from '../../local/sample/build-package.ts';
import { damage, lab, names, useLab } from '../support/cli/lab.ts';
import { parsePatchInstructions } from '../support/cli/patch-instructions.ts';
import { small } from '../support/cli/start-lab.ts';
import { testGate } from '../support/gate/test-gate.ts';

useLab();

const linux = subdirSchema.parse('linux-64');
const tool = 'tool-1.0-0.conda';
const codes = async () => (await damage()).map(({ code, key }) => `${code} ${key}`);
const stored = (...path: string[]) => join(lab.store, ...path);

/** What the proof says of the one entry there is. */
const proved = async (forms: readonly string[] = []) => {
  const { proof } = await prove(lab.allowlist(['tool'], { forms }), { ...lab.world, log: () => {} });
  return proof.entries.map(({ installable }) => installable);
};

/** Writes other text over a file of the store, as an older version or somebody's hand would have left it. */
async function change(path: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(edit(text)).not.toBe(text);
  await writeFile(path, edit(text));
}

async function rebuild(): Promise<void> {
  await indexSubdir(linux, { ...lab.world, gate: testGate(lab.world.store), log: () => {} }, { rebuild: true });
  await indexChannel(lab.world);
}

async function copyIn(spec: PackageSpec, subdir = spec.subdir): Promise<string> {
  const { bytes, filename } = await buildPackage(spec);
  const path = stored('conda', subdir, filename);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return filename;
}

describe("upstream's record", () => {
  it('is served as all clients read it, and its provenance says what was mended', async () => {
    const odd = { timestamp: 1505136837.5, license: ['MIT'], depends: ['LIB>=1'], url: 'https://x.test/', fn: 'y' };
    await lab.publish([small('tool 1.0'), small('lib 1.0')], { [tool]: odd });
    const { problems } = await lab.sync(lab.allowlist(['tool']));
    expect(problems).toEqual([]);
    const served = (await lab.index())[tool];
    expect(served).toMatchObject({ timestamp: 1505136837500, depends: ['lib >=1'] });
    for (const key of ['license', 'url', 'fn']) expect(served).not.toHaveProperty(key);
    const sha256 = JSON.parse(JSON.stringify(served)).sha256;
    const provenance = await readFile(stored('_gatehouse/provenance/conda/linux-64', tool, `${sha256}.json`), 'utf8');
    const { findings } = JSON.parse(provenance);
    expect(findings.map(({ code }: { code: string }) => code).sort()).toEqual([
      'record.left-out',
      'record.respelt',
      'record.respelt',
    ]);
    expect(await codes()).toEqual([]);
  });

  it('has a build number that is not the package’s own: hotfixed before it came, after, and by the organisation', async () => {
    await lab.publish([small('tool 1.0')], { [tool]: { build_number: 7 } });
    expect((await lab.sync(lab.allowlist(['tool']))).problems).toEqual([]);
    expect((await lab.index())[tool]).toMatchObject({ build_number: 7 });
    await lab.publish([small('tool 1.0')], { [tool]: { build_number: 8 } });
    expect((await lab.sync(lab.allowlist(['tool']))).applied.changed).toEqual([`linux-64/${tool}`]);
    expect((await lab.index())[tool]).toMatchObject({ build_number: 8 });
    const own = { patch_instructions_version: 1, 'packages.conda': { [tool]: { build_number: 9 } } };
    const patches = new Map([[linux, parsePatchInstructions(JSON.stringify(own), 'patches/linux-64.json')]]);
    Object.assign(lab.world, { patches });
    expect((await lab.sync(lab.allowlist(['tool']))).applied.hotfixed).toEqual([`linux-64/${tool}`]);
    expect((await lab.index())[tool]).toMatchObject({ build_number: 9 });
    expect(await codes()).toEqual([]);
  });

  it('may be that of a noarch package in a platform’s folder', async () => {
    const noarch = { noarch: 'python', extraIndex: { subdir: 'noarch' } } as const;
    await lab.publish([small('tool 1.0', [], noarch)], { [tool]: { subdir: 'noarch' } });
    expect((await lab.sync(lab.allowlist(['tool']))).problems).toEqual([]);
    expect((await lab.index())[tool]).toMatchObject({ subdir: 'linux-64', noarch: 'python' });
    expect(await codes()).toEqual([]);
  });
});

describe('a package that was copied in', () => {
  it.each(['0.6.3.', '1..2', '1.0+', '99999999999999999999'])(
    'with the version %s stays out by name, and the good ones install',
    async (version) => {
      await lab.publish([small('tool 1.0')]);
      await lab.sync(lab.allowlist(['tool']));
      const filename = await copyIn(small(`tool ${version}`));
      const { problems } = await lab.sync(lab.allowlist(['tool']));
      expect(problems).toEqual([`record.version linux-64/${filename}`]);
      expect(await names()).toEqual([tool]);
      expect(await codes()).toEqual([`verify.left-out conda/linux-64/${filename}`]);
      expect(await proved()).toEqual([true]);
    },
  );

  it('with odd metadata is served as all clients read it', async () => {
    const extraIndex = {
      timestamp: 'x',
      track_features: { a: 1 },
      depends: ['Lib>=1'],
      license: ['MIT'],
      constrains: ['x::y'],
    };
    await copyIn(small('tool 1.0', [], { extraIndex }));
    await copyIn(small('lib 1.0'));
    await lab.sync(lab.allowlist(['tool']));
    const served = (await lab.index())[tool];
    expect(served).toMatchObject({ depends: ['lib >=1'], constrains: [] });
    for (const key of ['timestamp', 'track_features', 'license']) expect(served).not.toHaveProperty(key);
    expect([await codes(), await proved()]).toEqual([[], [true]]);
  });

  it('and depends on what no client can read stays out by name', async () => {
    const filename = await copyIn(small('mine 1.0', ['lib >=']));
    await lab.publish([small('tool 1.0')]);
    expect((await lab.sync(lab.allowlist(['tool']))).problems).toEqual([
      `record.depends-unreadable linux-64/${filename}`,
    ]);
  });

  it('into a platform’s folder may be noarch', async () => {
    await copyIn(small('tool 1.0', [], { noarch: 'generic', extraIndex: { subdir: 'noarch' } }));
    await lab.sync(lab.allowlist(['tool']));
    expect((await lab.index())[tool]).toMatchObject({ subdir: 'linux-64', noarch: 'generic' });
    expect([await codes(), await proved()]).toEqual([[], [true]]);
  });
});

describe('what is served', () => {
  it.each([
    ['a timestamp with a fraction', '"timestamp":1704067200000', '"timestamp":1704067200000.5'],
    ['a licence that is a list', '"license":"BSD-3-Clause"', '"license":["MIT"]'],
    ['half a surrogate', '"license":"BSD-3-Clause"', '"license":"\\ud800"'],
    ['a dependency respelt', '"depends":["lib"]', '"depends":["LIB"]'],
    ['a dependency that is none', '"depends":["lib"]', '"depends":["lib >="]'],
  ])('is what is proved and verified: %s', async (_what, sound, odd) => {
    await lab.publish([small('tool 1.0', ['lib']), small('lib 1.0')]);
    await lab.sync(lab.allowlist(['tool']));
    expect(await proved()).toEqual([true]);
    await change(stored('conda/linux-64/repodata.json'), (text) => text.replaceAll(sound, odd));
    expect(await proved()).toEqual([false]);
    expect(await codes()).toContain(`verify.record-form conda/linux-64/${tool}`);
    await rebuild();
    expect([await codes(), await proved()]).toEqual([[], [true]]);
  });

  it('tells a null from an absent key, as clients do', async () => {
    await lab.publish([small('tool 1.0')]);
    await lab.sync(lab.allowlist(['tool']));
    await change(stored('conda/linux-64/repodata.json'), (text) =>
      text.replace('"timestamp":', '"track_features":null,"timestamp":'),
    );
    expect(await codes()).toContain(`verify.record-form conda/linux-64/${tool}`);
    const { plan } = await lab.sync(lab.allowlist(['tool']));
    expect(plan.change).toEqual([`linux-64/${tool}`]);
  });

  it('keeps no change back for another record of the name that no client can read', async () => {
    await lab.publish([small('tool 1.0')]);
    await lab.sync(lab.allowlist(['tool']));
    const old = canonicalJson({ ...(await lab.index())[tool], version: '0.6.3.' });
    await change(stored('conda/linux-64/repodata.json'), (text) =>
      text.replace('"packages.conda":{', `"packages.conda":{"tool-0.6.3.-0.conda":${old},`),
    );
    expect(await proved()).toEqual([false]);
    await lab.publish([small('tool 1.0')], { [tool]: { license: 'MIT' } });
    const { plan, problems } = await lab.sync(lab.allowlist(['tool']));
    expect([plan.change, problems]).toEqual([[`linux-64/${tool}`], []]);
  });

  it('is proved from the shards where there are any', async () => {
    const forms = ['repodata_shards.msgpack.zst'];
    await lab.publish([small('tool 1.0')]);
    await lab.sync(lab.allowlist(['tool'], { forms }));
    expect(await proved(forms)).toEqual([true]);
    const index = stored('conda/linux-64/repodata_shards.msgpack.zst');
    await writeFile(index, await readFile(stored('conda/noarch/repodata_shards.msgpack.zst')));
    expect(await proved(forms)).toEqual([false]);
  });

  it('heals where a store of before has what clients trip over at rest', async () => {
    await lab.publish([small('tool 1.0')]);
    await lab.sync(lab.allowlist(['tool']));
    const control = stored('_gatehouse/control/conda/linux-64.json');
    const [record] = Object.values(await lab.index());
    const old = { ...record, timestamp: 1.5, track_features: null, license: ['MIT'] };
    await change(control, (text) => {
      const { packages, ...rest } = JSON.parse(text);
      return canonicalJson({ ...rest, packages: { [tool]: { ...packages[tool], record: old } } });
    });
    await rebuild();
    const served = (await lab.index())[tool];
    expect(served).toMatchObject({ timestamp: 1 });
    for (const key of ['track_features', 'license']) expect(served).not.toHaveProperty(key);
    expect([await codes(), await proved()]).toEqual([[], [true]]);
  });
});
