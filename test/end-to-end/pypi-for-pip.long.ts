import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { prove } from '../../core/steps/prove.ts';
import { syncProblems } from '../../local/pipeline/sync.ts';
import { damage, day, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (fileName: string, metadata = '', facts = {}): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata, files: { 'demo.py': `x = "${metadata.length}"\n` } }),
  facts,
});

const channel = async () => {
  const decorator = small('decorator 5.1.1', ['python'], { subdir: 'noarch' });
  const pythons = ['3.8.18', '3.12.1'].map((version) => small(`python ${version}`));
  await lab.publish([...pythons, small('pip 24.0', ['python']), decorator], {
    'decorator-5.1.1-0.conda': { purls: ['pkg:pypi/decorator@5.1.1'] },
  });
};

const wanting = (entries: readonly unknown[], more = {}) =>
  lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.8', '3.12'], ...more });

const pageSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      'requires-python': z.string().optional(),
      yanked: z.union([z.string(), z.boolean()]).optional(),
    }),
  ),
});
const page = async (project: string) => {
  const text = await readFile(join(lab.store, 'simple', project, 'index.json'), 'utf8').catch(() => '{"files":[]}');
  return parseJson(text, pageSchema, project).files;
};
const names = async (project: string) => (await page(project)).map(({ filename }) => filename);

const decorator = wheel('decorator-5.3.1-py3-none-any.whl', 'Requires-Python: >=3.8\n');
const demo = wheel('demo-1.0-py3-none-any.whl', 'Requires-Dist: decorator>=3.4.0\n');

describe('an entry with an sdist alone and a bound on python', () => {
  const sdist = {
    fileName: 'demo-1.0.tar.gz',
    bytes: buildSdist({ files: { 'demo.egg-info/requires.txt': 'decorator>=3.4.0\n' } }),
  };
  const entry = { pypi: 'demo ==1.0', sdist: 'unpack', depends: ['python <3.9'] };
  /** uv and poetry pass over an upper bound of a page, and no tag. */
  const unpacked = 'demo-1.0-0gatehouse1-cp36.cp37.cp38-none-any.whl';

  it('is there for pip with what it needs there, for the pythons within the bound', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [sdist], decorator: [decorator] });
    const { plan, problems } = await lab.sync(wanting([entry]));
    expect([problems, plan.warnings]).toEqual([[], []]);
    const taken = ['simple/decorator/decorator-5.3.1-py3-none-any.whl', `simple/demo/${unpacked}`];
    expect(plan.simple).toMatchObject({ add: taken, drop: [], change: [] });
    expect(
      plan.simple.entries.map(({ python, status, files, explanation }) => [python, status, files, explanation]),
    ).toEqual([
      ['3.8', 'solved', taken, null],
      ['3.12', 'unsolvable', [], `"demo ==1.0" is asked for; ${unpacked} is for python <3.9`],
    ]);
    expect(await page('demo')).toMatchObject([{ filename: unpacked, 'requires-python': '<3.9' }]);
    expect(await page('decorator')).toMatchObject([{ 'requires-python': '>=3.8' }]);
    expect(await damage()).toEqual([]);
    const again = await lab.sync(wanting([entry]));
    expect(again.plan.simple).toMatchObject({ add: [], drop: [], change: [], decisions: {}, alterations: {} });
  });

  it('is another file, beside the one that was, where its bound is another', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [sdist], decorator: [decorator] });
    await lab.sync(wanting([entry]));
    const { plan } = await lab.sync(wanting([{ ...entry, depends: ['python >=3.8,<3.10'] }]));
    const wider = 'demo-1.0-0gatehouse1-cp38.cp39-none-any.whl';
    expect(plan.simple).toMatchObject({ add: [`simple/demo/${wider}`], drop: [], change: [`simple/demo/${unpacked}`] });
    expect(await page('demo')).toMatchObject([
      { filename: unpacked, 'requires-python': '>=3.8,<3.10' },
      { filename: wider, 'requires-python': '>=3.8,<3.10' },
    ]);
    expect(await damage()).toEqual([]);
  });
});

describe('an entry that gets a bound on python later', () => {
  const bound = { depends: ['python <3.9'] };

  it('lets none of its releases out of it, not even one that is only kept for a while', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    await lab.sync(wanting([{ pypi: 'demo' }]));
    const later = wheel('demo-1.1-py3-none-any.whl', 'Requires-Dist: decorator>=3.4.0\n');
    lab.intercept = serveProjects({ demo: [demo, later], decorator: [decorator] });
    const { plan } = await lab.sync(wanting([{ pypi: 'demo', ...bound }]));
    expect(plan.simple).toMatchObject({ change: [`simple/demo/${demo.fileName}`], drop: [] });
    expect(await page('demo')).toMatchObject([
      { filename: demo.fileName, 'requires-python': '<3.9' },
      { filename: later.fileName, 'requires-python': '<3.9' },
    ]);
    const again = await lab.sync(wanting([{ pypi: 'demo', ...bound }]));
    expect(again.plan.simple).toMatchObject({ change: [], decisions: {}, alterations: {} });
    await lab.sync(wanting([{ pypi: 'demo' }]));
    expect((await page('demo')).map((file) => file['requires-python'])).toEqual([undefined, undefined]);
    expect(await damage()).toEqual([]);
  });

  it('does not keep what was read of an sdist for every python', async () => {
    await channel();
    const sdist = { fileName: 'demo-1.0.tar.gz', bytes: buildSdist({ files: {} }) };
    lab.intercept = serveProjects({ demo: [sdist] });
    const entry = { pypi: 'demo ==1.0', sdist: 'unpack' };
    await lab.sync(wanting([entry]));
    expect(await names('demo')).toEqual(['demo-1.0-0gatehouse1-py3-none-any.whl']);
    const { plan } = await lab.sync(wanting([{ ...entry, ...bound }]));
    expect(plan.simple.drop).toEqual(['simple/demo/demo-1.0-0gatehouse1-py3-none-any.whl']);
    const bounded = 'demo-1.0-0gatehouse1-cp36.cp37.cp38-none-any.whl';
    expect(await names('demo')).toEqual([bounded]);
    await lab.sync(wanting([entry]));
    expect(await names('demo')).toEqual([bounded, 'demo-1.0-0gatehouse1-py3-none-any.whl']);
    expect(await damage()).toEqual([]);
  });

  it('keeps nothing for pip where a page has no words for it', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    await lab.sync(wanting([{ pypi: 'demo' }]));
    const { plan } = await lab.sync(wanting([{ pypi: 'demo', depends: ['python 3.8.*|3.10.*'] }]));
    expect(plan.simple.drop).toEqual([`simple/demo/${demo.fileName}`]);
    expect([await names('demo'), await names('decorator')]).toEqual([[], [decorator.fileName]]);
  });
});

describe('an entry with an sdist and a bound below all pythons that have tags', () => {
  it('is for any Python 3 by its tag, and for those by its page', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [{ fileName: 'demo-1.0.tar.gz', bytes: buildSdist() }] });
    const { plan } = await lab.sync(wanting([{ pypi: 'demo ==1.0', sdist: 'unpack', depends: ['python <3.6'] }]));
    const why = '"demo ==1.0" is asked for; demo-1.0-0gatehouse1-py3-none-any.whl is for python <3.6';
    expect(plan.simple.entries.map(({ explanation }) => explanation)).toEqual([why, why]);
  });
});

describe('an entry with a wheel and a bound on python', () => {
  it('follows its bound', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    const entry = { pypi: 'demo ==1.0', depends: ['python <3.9'] };
    await lab.sync(wanting([entry]));
    const { plan } = await lab.sync(wanting([{ ...entry, depends: ['python >=3.8,<3.10'] }]));
    expect(plan.simple).toMatchObject({ add: [], change: ['simple/demo/demo-1.0-py3-none-any.whl'] });
    expect(await page('demo')).toMatchObject([{ 'requires-python': '>=3.8,<3.10' }]);
  });
});

describe('what pip cannot have, and what conda cannot', () => {
  it('a dependency that no index has leaves the entry to conda, and says so', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo] });
    const { plan, problems } = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(problems).toEqual([]);
    expect(plan.warnings).toEqual([
      {
        code: 'pypi.conda-only',
        subject: 'pypi:demo',
        detail: 'linux-64: demo 1.0 needs "decorator>=3.4.0"; there is no project decorator',
      },
    ]);
    expect(plan.simple.add).toEqual([]);
  });

  it('a release without a wheel for every platform is for pip alone, and so is a local version', async () => {
    await channel();
    const compiled = wheel('demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl');
    const local = wheel('other-1.0+cu118-cp38-cp38-linux_x86_64.whl');
    lab.intercept = serveProjects({ demo: [compiled, wheel('demo-1.0-cp312-cp312-win_amd64.whl')], other: [local] });
    const { plan, problems } = await lab.sync(wanting([{ pypi: 'demo ==1.0' }, { pypi: 'other ==1.0+cu118' }]));
    expect(problems).toEqual([]);
    expect(plan.complete).toBe(true);
    expect(plan.warnings.map(({ code, subject }) => [code, subject])).toEqual([
      ['pypi.pip-only', 'pypi:demo ==1.0'],
      ['pypi.pip-only', 'pypi:other ==1.0+cu118'],
    ]);
    expect(plan.simple.add).toEqual([`simple/demo/${compiled.fileName}`, `simple/other/${local.fileName}`]);
    expect([await names('demo'), await names('other')]).toEqual([[compiled.fileName], [local.fileName]]);
    expect(await damage()).toEqual([]);
  });

  it('a wheel that asks for something else than the metadata beside it said is not taken', async () => {
    await channel();
    const compiled = wheel('demo-1.0-cp312-cp312-win_amd64.whl', 'Requires-Dist: decorator\n', {
      'core-metadata': true,
    });
    const said = Buffer.from('Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n');
    const beside = { fileName: `${compiled.fileName}.metadata`, bytes: said };
    lab.intercept = serveProjects({ demo: [compiled, beside] });
    const { plan, problems } = await lab.sync(
      wanting([{ pypi: 'demo', platforms: ['win-64'] }], { platforms: ['win-64'] }),
    );
    expect(plan.simple.add).toEqual([]);
    expect(problems).toEqual(['pypi.no-release pypi:demo', `package.refused simple/demo/${compiled.fileName}`]);
    expect(await names('demo')).toEqual([]);
  });

  it('what neither can have is a failure', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [wheel('demo-1.0-cp312-cp312-win_amd64.whl')] });
    const { problems } = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(problems).toEqual(['pypi.no-wheel pypi:demo']);
  });
});

describe('what pip has', () => {
  const both = { demo: [demo], decorator: [decorator] };

  it('leaves with its entry, comes back with it, and leaves after its time where the solution moved on', async () => {
    await channel();
    lab.intercept = serveProjects(both);
    await lab.sync(wanting([{ pypi: 'demo' }, 'decorator']));
    const gone = await lab.sync(wanting(['decorator']));
    expect(gone.plan.simple.drop).toEqual([
      'simple/decorator/decorator-5.3.1-py3-none-any.whl',
      'simple/demo/demo-1.0-py3-none-any.whl',
    ]);
    expect([await names('demo'), await names('decorator')]).toEqual([[], []]);
    const back = await lab.sync(wanting([{ pypi: 'demo' }, 'decorator']));
    expect(back.plan.simple).toMatchObject({ add: [], drop: [] });
    expect([await names('demo'), await names('decorator')]).toEqual([[demo.fileName], [decorator.fileName]]);

    const later = wheel('decorator-6.0-py3-none-any.whl');
    lab.intercept = serveProjects({ ...both, decorator: [decorator, later] });
    const moved = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(moved.plan.simple).toMatchObject({ add: [`simple/decorator/${later.fileName}`], drop: [] });
    expect(await names('decorator')).toEqual([decorator.fileName, later.fileName]);
    const yanked = { ...decorator, facts: { yanked: 'broken' } };
    lab.intercept = serveProjects({ ...both, decorator: [yanked, later] });
    const followed = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(followed.plan.simple).toMatchObject({
      add: [],
      drop: [],
      change: [`simple/decorator/${decorator.fileName}`],
    });
    expect(await page('decorator')).toMatchObject([{ yanked: 'broken' }, { filename: later.fileName }]);
    lab.now += 91 * day;
    const over = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(over.plan.simple.drop).toEqual([`simple/decorator/${decorator.fileName}`]);
    expect(await names('decorator')).toEqual([later.fileName]);
  });

  it('is decided anew once a damaged control is deleted, as the error says', async () => {
    await channel();
    lab.intercept = serveProjects(both);
    await lab.sync(wanting([{ pypi: 'demo' }]));
    const control = join(lab.store, '_gatehouse/control/simple/demo.json');
    const sound = await readFile(control, 'utf8');
    await writeFile(control, '{');
    const hint = 'put its last version back from a backup; or delete it and run gatehouse sync, which decides anew';
    await expect(lab.sync(wanting([{ pypi: 'demo' }]))).rejects.toMatchObject({ code: 'json.invalid', hint });
    await rm(control);
    expect((await lab.sync(wanting([{ pypi: 'demo' }]))).problems).toEqual([]);
    expect(await readFile(control, 'utf8')).toBe(sound);
    expect(await names('demo')).toEqual([demo.fileName]);
  });

  it('stays while an index fails, and nothing leaves', async () => {
    await channel();
    lab.intercept = serveProjects(both);
    await lab.sync(wanting([{ pypi: 'demo' }]));
    lab.now += 91 * day;
    lab.intercept = serveProjects({ demo: [demo], decorator: 503 });
    const { plan } = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(plan).toMatchObject({ complete: false, simple: { add: [], drop: [], change: [] } });
    expect(plan.simple.entries.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(await names('decorator')).toEqual([decorator.fileName]);
  });

  it('stays where its entry is gone too, while another entry could not be read', async () => {
    await channel();
    lab.intercept = serveProjects({ ...both, other: [wheel('other-1.0-py3-none-any.whl')] });
    await lab.sync(wanting([{ pypi: 'demo' }, { pypi: 'other' }]));
    lab.intercept = serveProjects({ ...both, other: 503 });
    const { plan } = await lab.sync(wanting([{ pypi: 'other' }]));
    expect([plan.complete, plan.simple.drop]).toEqual([false, []]);
    expect(await names('demo')).toEqual([demo.fileName]);
  });

  it('is yanked where upstream yanks it, and an alarm where upstream has other bytes', async () => {
    await channel();
    lab.intercept = serveProjects(both);
    await lab.sync(wanting([{ pypi: 'demo ==1.0' }]));
    lab.intercept = serveProjects({ ...both, demo: [{ ...demo, facts: { yanked: 'broken' } }] });
    const yanked = await lab.sync(wanting([{ pypi: 'demo ==1.0' }]));
    expect([yanked.problems, yanked.plan.simple.change]).toEqual([[], [`simple/demo/${demo.fileName}`]]);
    expect(await page('demo')).toMatchObject([{ yanked: 'broken' }]);
    lab.intercept = serveProjects({ ...both, decorator: [wheel(decorator.fileName, 'Summary: other\n')] });
    const other = await lab.sync(wanting([{ pypi: 'demo ==1.0' }]));
    expect(other.problems).toEqual([`fetch.mutated simple/decorator/${decorator.fileName}`]);
    // The store's file may as well be the one that was damaged.
    expect(other.plan.problems[0]?.hint).toContain('gatehouse verify');
    expect(await damage()).toEqual([]);
  });
});

describe('the proof for pip', () => {
  const proving = (python = ['3.8', '3.12']) =>
    prove(wanting([{ pypi: 'demo' }], { python }), { ...lab.world, log: () => {} });

  it('is of the bytes that pip reads, and names what was lost', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    const { proof } = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(proof.proof.pip).toEqual([
      { entry: 'pypi:demo', platform: 'linux-64', installable: true, pythons: ['3.8', '3.12'], explanation: null },
    ]);
    expect(proof.gained.map(({ client }) => client)).toEqual(['conda', 'pip']);
    expect(await proving()).toMatchObject({ gained: [], lost: [] });
    const metadata = join(lab.store, 'simple/decorator', `${decorator.fileName}.metadata`);
    const sound = await readFile(metadata);
    await writeFile(metadata, Buffer.concat([sound, Buffer.from('another line')]));
    expect(await proving()).toMatchObject({ gained: [], lost: [{ client: 'pip' }] });
    await writeFile(metadata, sound);
    expect(await proving()).toMatchObject({ gained: [{ client: 'pip' }], lost: [] });
    await rm(metadata);
    expect((await proving()).lost).toEqual([
      {
        ...{ client: 'pip', entry: 'pypi:demo', platform: 'linux-64', installable: false, pythons: [] },
        explanation: 'decorator-5.3.1-py3-none-any.whl.metadata is not what its page says',
      },
    ]);
    const { problems } = await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(problems).toEqual([]);
    expect((await proving()).proof.pip).toMatchObject([{ installable: true }]);
  });

  it('is of the pythons that were planned with, where the allowlist lists none', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    const entries = [{ pypi: 'demo', depends: ['python <3.9'] }];
    const options = { indexes: [`${lab.upstream.url}/simple`] };
    const { proof, plan, problems } = await lab.sync(lab.allowlist(entries, options));
    expect(problems).toEqual([]);
    expect(plan.simple.entries.map(({ python, status }) => [python, status])).toEqual([
      ['3.8', 'solved'],
      ['3.12', 'unsolvable'],
    ]);
    expect(proof.proof.pip).toMatchObject([{ installable: true, pythons: ['3.8'] }]);
    const again = await prove(lab.allowlist(entries, options), { ...lab.world, log: () => {} });
    expect(again.proof).toEqual(proof.proof);
  });

  it('is of the pythons of the last proof, where our own channel has none', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [wheel('demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl')] });
    const allowlist = lab.allowlist([{ pypi: 'demo' }], { indexes: [`${lab.upstream.url}/simple`] });
    const { proof, problems } = await lab.sync(allowlist);
    expect([problems, proof.proof.pip.map(({ pythons }) => pythons)]).toEqual([[], [['3.12']]]);
    expect((await prove(allowlist, { ...lab.world, log: () => {} })).proof).toEqual(proof.proof);
  });

  it('ends where pip does: at damaged metadata of the newest release, though an older one is sound', async () => {
    await channel();
    const later = wheel('decorator-6.0-py3-none-any.whl');
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    await lab.sync(wanting([{ pypi: 'demo' }]));
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator, later] });
    await lab.sync(wanting([{ pypi: 'demo' }]));
    expect(await names('decorator')).toEqual([decorator.fileName, later.fileName]);
    await rm(join(lab.store, 'simple/decorator', `${later.fileName}.metadata`));
    expect((await proving()).proof.pip).toMatchObject([{ installable: false }]);
  });

  it('is told where what was planned is not there', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [demo], decorator: [decorator] });
    const { plan, ...report } = await lab.sync(wanting([{ pypi: 'demo' }]));
    await rm(join(lab.store, 'simple/decorator'), { recursive: true });
    const proof = await proving();
    expect(syncProblems({ ...report, plan, proof }).map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'proof.unsolvable pypi:demo on linux-64 for pip',
    ]);
  });
});
