import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Plan } from '../../core/documents/plan.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { noarch as noarchSubdir } from '../../core/names/subdir.ts';
import { yank } from '../../core/steps/take-back/yank.ts';
import { indexAll } from '../../local/pipeline/index-all.ts';
import { sync } from '../../local/pipeline/sync.ts';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { parsePatchInstructions } from '../support/cli/patch-instructions.ts';
import { small } from '../support/cli/start-lab.ts';
import { copyIn, ownPackage, publishHere } from '../support/publish/publish-here.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (fileName: string, metadata = ''): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata }),
});
const noarch = { subdir: 'noarch' } as const;
const common = [small('python 3.12.1', [], noarch), small('pip 24.0', ['python'], noarch)];

const listing = (entries: readonly unknown[], more = {}): Allowlist =>
  lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], reserved: ['acme'], ...more });

/** All that a plan takes of the store itself. */
const own = ({ artifacts, simple }: Plan) => [
  ...artifacts.flatMap(({ filename, channel }) => (channel === 'this store' ? [filename] : [])),
  ...simple.files.flatMap(({ fileName, index }) => (index === 'this store' ? [fileName] : [])),
];

/** Serves an index, and notes what is asked of a project. */
function serve(projects: Parameters<typeof serveProjects>[0]) {
  const asked: string[] = [];
  const answer = serveProjects(projects);
  lab.intercept = (request, response, next) => {
    if (request.url?.startsWith('/simple/')) asked.push(request.url);
    answer(request, response, next);
  };
  return (project: string) => asked.splice(0).filter((url) => url.startsWith(`/simple/${project}`));
}

describe('a wheel that an entry names', () => {
  const odd = wheel('odd-1.0-py3-none-any.whl', 'Requires-Python: >=3.8\n');
  const others = [wheel('odd-1.0-1-py3-none-any.whl'), wheel('odd-1.0.post1-py3-none-any.whl')];
  const entry = { pypi: 'odd', wheel: `sha256:${sha256Of(odd.bytes)}` };
  const needing = wheel('needing-1.0-py3-none-any.whl', 'Requires-Dist: odd\n');

  it('is all that pip gets of its project, for whichever entry, and no index is asked', async () => {
    await lab.publish([...common, small('odd 2', [], noarch)], { 'odd-2-0.conda': { purls: ['pkg:pypi/odd'] } });
    const asked = serve({ odd: others, needing: [needing] });
    const entries = [entry, 'odd', { pypi: 'needing' }];
    await lab.sync(listing(['python']));
    await publishHere([odd], listing(entries));
    const { plan, problems } = await lab.sync(listing(entries));
    expect(problems).toEqual([]);
    expect(plan.simple.files.map(({ fileName, why }) => [fileName, ...why])).toEqual([
      ['needing-1.0-py3-none-any.whl', 'pypi:needing'],
      [odd.fileName, 'pypi:odd', 'pypi:needing'],
    ]);
    // Who asks for the conda package of the name gets the channel's.
    expect(
      plan.artifacts.filter(({ record }) => record.name === 'odd').map(({ channel, why }) => [channel, ...why]),
    ).toEqual([
      ['this store', 'pypi:odd'],
      [lab.upstream.url, 'odd', 'pypi:needing'],
    ]);
    expect(asked('odd')).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('is missed by its sha256 while it is not published', async () => {
    await lab.publish(common);
    const asked = serve({ odd: [odd, ...others] });
    const { plan } = await lab.sync(listing([entry]));
    expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual(['plan.unpublished pypi:odd']);
    expect(plan.problems[0]?.detail).toContain(entry.wheel);
    expect(asked('odd')).toEqual([]);
  });
});

describe('what was published', () => {
  const tool = wheel('acme_tool-1.0-py3-none-any.whl', 'Requires-Python: >=3.8\n');

  it('stays when its entry leaves, and is asked of nobody', async () => {
    await lab.publish(common);
    await lab.sync(listing(['python']));
    const asked = serve({ 'acme-tool': [tool] });
    const entry = { pypi: 'acme-tool', depends: ['python <3.13'] };
    await publishHere([tool, await ownPackage('acme-tool 1.0')], listing([entry]));
    await lab.sync(listing([entry]));
    asked('acme');
    const { plan, problems } = await lab.sync(listing(['python']));
    expect([problems, plan.drop, plan.simple.drop]).toEqual([[], [], []]);
    expect(plan.simple.change).toEqual([`simple/acme-tool/${tool.fileName}`]);
    // Whether the index offers it too.
    expect(asked('acme')).toEqual(['/simple/acme/', '/simple/acme-tool/']);
    const again = await lab.sync(listing([{ pypi: 'acme-tool' }]));
    expect(own(again.plan)).toEqual(['acme-tool-1.0-0.conda', tool.fileName]);
    expect([again.problems, await damage()]).toEqual([[], []]);
  });

  it('follows nobody who has the same bytes and says otherwise of them', async () => {
    const file = small('acme-tool 1.0', [], noarch);
    const patched = { 'acme-tool-1.0-0.conda': { depends: ['evil'] } };
    await lab.publish([...common, file, small('evil 1', [], noarch)], patched);
    await publishHere([await ownPackage('acme-tool 1.0')], listing(['python']));
    await lab.sync(listing(['python', 'acme-tool']));
    // Needed once, and so known to control.
    const { plan } = await lab.sync(listing(['python']));
    expect([plan.change, plan.alterations]).toEqual([[], {}]);
    expect((await lab.index('noarch'))['acme-tool-1.0-0.conda']?.depends).toEqual([]);
  });

  it('is for the pythons of its own metadata as soon as no entry says otherwise', async () => {
    await lab.publish(common);
    const python = ['3.11', '3.12'];
    const bound = listing([{ pypi: 'acme-tool', depends: ['python <3.12'] }], { python });
    await lab.sync(listing(['python']));
    await publishHere([tool], listing([], { python }));
    const pythons = ({ simple }: Plan) => simple.entries.map((one) => `${one.python} ${one.status}`);
    expect(pythons((await lab.sync(bound)).plan)).toEqual(['3.11 solved', '3.12 unsolvable']);
    const { plan } = await lab.sync(listing([{ pypi: 'acme-tool' }], { python }));
    expect(pythons(plan)).toEqual(['3.11 solved', '3.12 solved']);
  });

  it('is solved with what it needs of the channels, and with the hotfixes of the organisation', async () => {
    await lab.publish([...common, small('lib 1', [], noarch), small('lib 2', [], noarch)]);
    const allowlist = listing(['acme-tool ==1.0']);
    await lab.sync(listing(['lib']));
    await publishHere(
      [await ownPackage('acme-tool 1.0', ['lib', 'acme-lib']), await ownPackage('acme-lib 1')],
      allowlist,
    );
    const files = ({ artifacts }: Plan) => artifacts.map(({ filename }) => filename);
    const { plan, problems } = await lab.sync(allowlist);
    expect(problems).toEqual([]);
    expect(files(plan)).toEqual(['acme-lib-1-0.conda', 'acme-tool-1.0-0.conda', 'lib-2-0.conda']);
    const patched = {
      patch_instructions_version: 1,
      'packages.conda': { 'acme-tool-1.0-0.conda': { depends: ['lib <2'] } },
    };
    const patches = new Map([[noarchSubdir, parsePatchInstructions(JSON.stringify(patched), 'noarch.json')]]);
    const fixed = await sync(allowlist, { ...lab.world, patches }, () => {}, { yes: true });
    expect(files(fixed.plan)).toEqual(['acme-tool-1.0-0.conda', 'lib-1-0.conda']);
    expect([fixed.plan.problems, fixed.plan.hotfix]).toEqual([[], ['noarch/acme-tool-1.0-0.conda']]);
    const again = await sync(allowlist, { ...lab.world, patches }, () => {}, { yes: true });
    expect([again.plan.change, again.plan.decisions]).toEqual([[], {}]);
    expect(files((await lab.sync(allowlist)).plan)).toEqual(files(plan));
    expect(await damage()).toEqual([]);
  });

  it('is taken after it was yanked only where pip pins it, and by no plan for conda', async () => {
    await lab.publish(common);
    await lab.sync(listing(['python']));
    const later = wheel('acme_tool-1.1-py3-none-any.whl');
    await publishHere([tool, later], listing([]));
    const asking = { name: 'acme-tool', version: '1.1', reason: 'it eats files' };
    await yank(asking, { ...lab.world, allowlist: null });
    await indexAll(listing([]), lab.world, { log: () => {} });
    const newest = await lab.sync(listing([{ pypi: 'acme-tool' }]));
    expect([newest.problems, own(newest.plan).map((name) => name.replace(/_[0-9a-f]{8}/, ''))]).toEqual([
      [],
      ['acme-tool-1.0-pypi.conda', tool.fileName],
    ]);
    const { plan, problems } = await lab.sync(listing([{ pypi: 'acme-tool ==1.1' }]));
    expect([problems, own(plan), plan.warnings.map(({ code }) => code)]).toEqual([
      [],
      [later.fileName],
      ['pypi.pip-only'],
    ]);
    // What control says of a yank is the command's alone: a plan that wrote it too would outlast its undoing.
    expect(plan.simple.decisions['acme-tool']?.[later.fileName]).toMatchObject({ why: ['pypi:acme-tool ==1.1'] });
    expect(plan.simple.decisions['acme-tool']?.[later.fileName]).not.toHaveProperty('yanked');
    await yank({ ...asking, reason: null }, { ...lab.world, allowlist: null });
    await indexAll(listing([]), lab.world, { log: () => {} });
    const undone = await lab.sync(listing([{ pypi: 'acme-tool' }]));
    expect(own(undone.plan)).toContain(later.fileName);
    expect(await damage()).toEqual([]);
  });

  it('is told of when its bytes are gone, and is not fetched', async () => {
    await lab.publish(common);
    const allowlist = listing(['acme-tool', { pypi: 'acme-tool' }]);
    await publishHere([tool, await ownPackage('acme-tool 1.0')], allowlist);
    await rm(join(lab.store, 'conda', 'noarch', 'acme-tool-1.0-0.conda'));
    const { plan } = await lab.sync(allowlist);
    expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'plan.unpublished noarch/acme-tool-1.0-0.conda',
    ]);
    expect(plan.add).toEqual([]);
  });
});

describe('a store without channels', () => {
  const nowhere = { channels: [], indexes: ['http://127.0.0.1:9/simple'] };

  it('plans, syncs and proves what was published and copied in, and asks no channel', async () => {
    const entries = ['anything', { pypi: 'acme-tool' }, { pypi: 'acme-only' }];
    const packages = ['python 3.12.1', 'pip 24.0', 'anything 1.0'];
    const allowlist = listing(entries, nowhere);
    await copyIn(await Promise.all(packages.map((text) => ownPackage(text))), allowlist);
    const only = wheel('acme_only-1.0-cp312-cp312-manylinux_2_17_x86_64.whl', 'Requires-Dist: acme-tool\n');
    const tool = wheel('acme_tool-1.0-py3-none-any.whl');
    await publishHere([only, tool, await ownPackage('acme-tool 1.0', ['python'])], allowlist);
    const { plan, problems, proof } = await lab.sync(allowlist);
    expect(problems).toEqual([]);
    expect(proof.proof.entries.filter(({ installable }) => !installable).map(({ entry }) => entry)).toEqual([
      'pypi:acme-only',
    ]);
    expect([...(proof.proof.pip ?? [])].filter(({ installable }) => !installable)).toEqual([]);
    expect(plan.warnings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(['pypi.pip-only pypi:acme-only']);
    expect(own(plan)).toEqual([
      'acme-tool-1.0-0.conda',
      'anything-1.0-0.conda',
      'pip-24.0-0.conda',
      'python-3.12.1-0.conda',
      only.fileName,
      tool.fileName,
    ]);
    expect(await damage()).toEqual([]);
  });

  it('is for pip alone as long as it has no python', async () => {
    const allowlist = listing([{ pypi: 'acme-tool' }], nowhere);
    const tool = wheel('acme_tool-1.0-py3-none-any.whl');
    await publishHere([tool], allowlist);
    const { plan, problems } = await lab.sync(allowlist);
    expect(problems).toEqual([]);
    expect(plan.warnings.map(({ code }) => code)).toEqual(['pypi.pip-only']);
    expect(own(plan)).toEqual([tool.fileName]);
  });

  it('says what is not there', async () => {
    const { plan } = await lab.sync(listing(['anything'], nowhere));
    expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'plan.unpublished anything',
      'entry.unsolvable anything on linux-64',
    ]);
    expect(plan.problems[0]?.detail).toContain('no package anything');
    expect(plan.complete).toBe(true);
  });
});
