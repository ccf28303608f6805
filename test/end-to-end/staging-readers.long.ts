import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { provenanceSchema } from '../../core/documents/provenance.ts';
import { fileProvenanceSchema } from '../../core/documents/simple/file-provenance.ts';
import { addToken } from '../../core/documents/tokens.ts';
import {
  fileProvenanceKey,
  provenanceKey,
  tokensKey,
  usedFileNameKey,
  usedPackageNameKey,
} from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../core/names/distribution-file-name.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { projectNameSchema } from '../../core/names/project-name.ts';
import { noarch, subdirSchema } from '../../core/names/subdir.ts';
import { indexAll, indexProblems } from '../../local/pipeline/index-all.ts';
import { pruneAll } from '../../local/pipeline/prune-all.ts';
import { verifyAll } from '../../local/pipeline/verify-all.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { nothingConfigured } from '../../local/world/known-allowlist.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { seenInJson } from '../support/simple/read-pages.ts';

useLab();

const wheel = 'demo-1.0-py3-none-any.whl';
const configured = { ...nothingConfigured, platforms: [subdirSchema.parse('osx-64')] };
const log = () => {};

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  const to = join(lab.store, path);
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, bytes);
}

const text = (path: string) => readFile(join(lab.store, path), 'utf8');
const packagesIn = async (path: string) => Object.keys(JSON.parse(await text(path))['packages.conda']);
const filesOn = async (path: string) => seenInJson(await text(path), 'demo').map(({ fileName }) => fileName);

/** Something staged of each kind, and a package in the channel. */
async function stageByHand(): Promise<void> {
  await put('conda/win-64/own-1.0-0.conda', (await buildPackage(small('own 1.0', [], { subdir: 'win-64' }))).bytes);
  await put(
    'staging/conda/win-64/own-2.0-0.conda',
    (await buildPackage(small('own 2.0', [], { subdir: 'win-64' }))).bytes,
  );
  await put(`staging/simple/demo/${wheel}`, buildWheel());
  await put('staging/simple/demo/demo-1.0.tar.gz', buildSdist());
}

const index = async () =>
  indexProblems(await indexAll(configured, lab.world, { log })).map(({ code, subject, hint }) => [code, subject, hint]);
const verified = async () =>
  (await verifyAll(configured, lab.world, log)).problems.map(({ code, key, detail, hint }) => ({
    code,
    key,
    text: `${detail} ${hint}`,
  }));

describe('what is staged', () => {
  it('is indexed beside the channel: what is there, noarch and each configured subdir, and for pip', async () => {
    await stageByHand();
    expect(await index()).toEqual([]);
    expect(await packagesIn('conda/win-64/repodata.json')).toEqual(['own-1.0-0.conda']);
    expect(await packagesIn('staging/conda/win-64/repodata.json')).toEqual(['own-2.0-0.conda']);
    for (const subdir of [noarch, 'osx-64'])
      expect(await packagesIn(`staging/conda/${subdir}/repodata.json`)).toEqual([]);
    expect(Object.keys(JSON.parse(await text('staging/conda/channeldata.json')).packages)).toEqual(['own']);
    expect(await filesOn('staging/simple/demo/index.json')).toEqual([wheel, 'demo-1.0.tar.gz']);
    await expect(text('simple/demo/index.json')).rejects.toThrow('ENOENT');
    expect(await verified()).toEqual([]);
  });

  it('is not there while nothing is: no index is made for it', async () => {
    await put('conda/win-64/own-1.0-0.conda', (await buildPackage(small('own 1.0', [], { subdir: 'win-64' }))).bytes);
    expect((await indexAll(configured, lab.world, { log })).staging).toBeNull();
    expect((await verifyAll(configured, lab.world, log)).staging).toBeNull();
    await expect(text('staging/conda/noarch/repodata.json')).rejects.toThrow('ENOENT');
  });

  it('is told of by its place in the whole store, with hints that lead there', async () => {
    await stageByHand();
    await put('staging/conda/win-64/bad-1.0-0.conda', 'no package');
    await put(`staging/simple/${wheel}`, 'beside');
    await put('staging/linux-64/own-1.0-0.conda', 'before');
    await put('staging/own-3.0-0.conda', 'beside');
    await put('staging/.DS_Store', 'hidden');
    await put('_gatehouse/staging/control/simple/demo.json', 'damaged');
    expect(await index()).toEqual([
      ['package.refused', 'staging/win-64/bad-1.0-0.conda', undefined],
      ['index.stray', 'staging/linux-64/', 'move its packages to staging/conda/linux-64/'],
      ['index.stray', 'staging/own-3.0-0.conda', 'move it into the folder of its subdir below staging/conda/'],
      ['json.invalid', 'staging/simple/demo/', expect.any(String)],
      ['index.stray', `staging/simple/${wheel}`, 'move it to staging/simple/demo/'],
    ]);
    const found = await verified();
    expect(found.map(({ code, key }) => `${code} ${key}`)).toEqual(
      expect.arrayContaining([
        'verify.unknown staging/conda/win-64/bad-1.0-0.conda',
        'verify.control _gatehouse/staging/control/simple/demo.json',
        'verify.stray staging/linux-64/',
        `verify.stray staging/simple/${wheel}`,
      ]),
    );
    const [control] = found.filter(({ code }) => code === 'verify.control');
    expect(control?.text).toContain('_gatehouse/staging/control/simple/demo.json');
    expect(control?.text).not.toContain('staging/staging');
  });

  it('is verified to its bytes, and mended by what the hint says', async () => {
    await stageByHand();
    await index();
    await rm(join(lab.store, `staging/simple/demo/${wheel}.metadata`));
    expect(await verified()).toMatchObject([{ code: 'verify.metadata', key: `staging/simple/demo/${wheel}.metadata` }]);
    expect(await index()).toEqual([]);
    expect(await verified()).toEqual([]);
  });

  it('is pruned by the rules of the channel: index files that nobody asks for go, and nothing of its own', async () => {
    await stageByHand();
    await index();
    await put('staging/conda/noarch/repodata.json.bz2', 'x');
    const world = { ...lab.world, clock: { ...lab.world.clock, now: () => Date.now() + 10 ** 12 } };
    const { objects, problems } = await pruneAll(world, { retain: 1, asked: new Set() }, { remove: true });
    expect(problems).toEqual([]);
    expect(objects.map(({ key }) => key)).toEqual(['staging/conda/noarch/repodata.json.bz2']);
    expect(await filesOn('staging/simple/demo/index.json')).toEqual([wheel, 'demo-1.0.tar.gz']);
    expect(await verified()).toEqual([]);
  });

  it('is in what index and verify give to programs', async () => {
    await stageByHand();
    const indexed = await runCli(['index', '--json', '--store', lab.store], { cwd: lab.store });
    expect([indexed.status, indexed.stderr]).toEqual([
      0,
      expect.stringContaining('indexed staging/simple/demo: 2 files'),
    ]);
    expect(JSON.parse(indexed.stdout)).toMatchObject({
      subdirs: { 'win-64': { packages: 1 } },
      projects: {},
      staging: { subdirs: { noarch: { packages: 0 }, 'win-64': { packages: 1 } }, projects: { demo: { files: 2 } } },
      problems: [],
    });
    const checked = await runCli(['verify', '--json', '--store', lab.store], { cwd: lab.store });
    expect(JSON.parse(checked.stdout)).toMatchObject({ staging: { checked: expect.any(Number) }, problems: [] });
  });
});

it('tokens that cannot be read are told', async () => {
  await index();
  await addToken(lab.world, { name: 'ci', scope: 'publish', names: ['acme'], sha256: sha256Of('x') });
  expect(await verified()).toEqual([]);
  await put(tokensKey, '{');
  expect(await verified()).toMatchObject([{ code: 'verify.tokens', key: tokensKey }]);
});

describe('a name that was used', () => {
  const place = { project: projectNameSchema.parse('demo'), fileName: distributionFileNameSchema.parse(wheel) };
  const name = usedFileNameKey(place.project, place.fileName);

  /** A wheel as a publication leaves it, in the channel, but for its name. */
  async function published(): Promise<string> {
    const bytes = buildWheel();
    await put(`simple/demo/${wheel}`, bytes);
    await index();
    const key = fileProvenanceKey(place.project, place.fileName, sha256Of(bytes));
    const copied = fileProvenanceSchema.parse(JSON.parse(await text(key)));
    await put(key, JSON.stringify({ ...copied, origin: { type: 'published', by: 'ci' } }));
    return sha256Of(bytes);
  }

  it('is one of the bytes that were published under it', async () => {
    const sha256 = await published();
    const file = `simple/demo/${wheel}`;
    expect(await verified()).toMatchObject([
      { code: 'verify.name', key: file, text: expect.stringContaining('is not taken') },
    ]);
    await put(name, JSON.stringify({ version: 1, sha256: sha256Of('other') }));
    expect(await verified()).toMatchObject([
      { code: 'verify.name', key: file, text: expect.stringContaining('other bytes') },
    ]);
    await put(name, JSON.stringify({ version: 1, sha256 }));
    expect(await verified()).toEqual([]);
    await put(name, '{');
    expect(await verified()).toMatchObject([{ code: 'verify.name', key: name }]);
  });

  it('of the channel is no name for other bytes of staging, nor the other way round', async () => {
    await published();
    await put(name, JSON.stringify({ version: 1, sha256: sha256Of('other') }));
    await put(`staging/simple/demo/${wheel}`, buildWheel({ files: { 'demo.py': 'y = 2\n' } }));
    expect(await index()).toMatchObject([['index.mutated', `staging/simple/demo/${wheel}`, expect.any(String)]]);
  });

  it('goes for packages too', async () => {
    const bytes = (await buildPackage(small('own 1.0', [], { subdir: 'win-64' }))).bytes;
    const [at, filename] = [subdirSchema.parse('win-64'), packageFileNameSchema.parse('own-1.0-0.conda')];
    const taken = usedPackageNameKey(at, filename);
    await put(taken, JSON.stringify({ version: 1, sha256: sha256Of('other') }));
    await put('staging/conda/win-64/own-1.0-0.conda', bytes);
    expect(await index()).toEqual([['index.mutated', 'staging/win-64/own-1.0-0.conda', undefined]]);
    await put(taken, JSON.stringify({ version: 1, sha256: sha256Of(bytes) }));
    await put('conda/win-64/own-1.0-0.conda', bytes);
    await rm(join(lab.store, 'staging'), { recursive: true });
    expect(await index()).toEqual([]);
    const key = provenanceKey('conda', at, filename, sha256Of(bytes));
    const copied = provenanceSchema.parse(JSON.parse(await text(key)));
    await put(key, JSON.stringify({ ...copied, origin: { type: 'published', by: null } }));
    expect(await verified()).toEqual([]);
    await rm(join(lab.store, taken));
    expect(await verified()).toMatchObject([{ code: 'verify.name', key: 'conda/win-64/own-1.0-0.conda' }]);
  });
});
