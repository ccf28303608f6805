import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Plan } from '../../core/documents/plan.ts';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { ownPackage, publishHere } from '../support/publish/publish-here.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (fileName: string, metadata = ''): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata }),
});

const noarch = { subdir: 'noarch' } as const;
const common = [
  small('python 3.12.1', [], noarch),
  small('pip 24.0', ['python'], noarch),
  small('app 1.0', ['acme_tool'], noarch),
];
/** What somebody else calls so. */
const foreign = [small('acme-tool 99', [], noarch), small('acme_tool 99', [], noarch), small('acme 99', [], noarch)];

/** All that was asked of the index. */
let asked: string[] = [];

function serve(projects: Parameters<typeof serveProjects>[0]): void {
  const answer = serveProjects(projects);
  lab.intercept = (request, response, next) => {
    if (request.url?.startsWith('/simple/')) asked.push(request.url);
    answer(request, response, next);
  };
}

beforeEach(() => {
  asked = [];
});

const listing = (entries: readonly unknown[], more = {}): Allowlist =>
  lab.allowlist(entries, { indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], ...more });
const reserving = (entries: readonly unknown[], more = {}) => listing(entries, { reserved: ['acme'], ...more });

/** What a plan takes of names that are reserved: each package and file with where it comes from. */
const taken = ({ artifacts, simple }: Plan) => [
  ...artifacts.flatMap(({ filename, channel, url }) =>
    /^acme/.test(filename) ? [`${filename} ${channel} ${url}`] : [],
  ),
  ...simple.files.flatMap(({ project, fileName, index, url }) =>
    project.startsWith('acme') ? [`${fileName} ${index} ${url}`] : [],
  ),
];

const tool = wheel('acme_tool-1.0-py3-none-any.whl');
const foreignTool = wheel('acme_tool-99-py3-none-any.whl');
const demo = wheel('demo-1.0-py3-none-any.whl', 'Requires-Dist: Acme.Tool\n');

describe('a reserved name', () => {
  const entries = ['app', 'acme_tool', { pypi: 'Acme.Tool' }, { pypi: 'demo' }];
  const condaNames = { 'acme-tool': 'acme_tool' };

  it('is what was published, for whomever needs it, whatever a channel and an index offer', async () => {
    await lab.publish([...common, ...foreign]);
    serve({ 'acme-tool': [foreignTool], demo: [demo] });
    const allowlist = reserving(entries, { condaNames, environments: { all: ['app', 'acme_tool'] } });
    await lab.sync(listing(['python']));
    await publishHere([tool, await ownPackage('acme_tool 1.0', ['python'])], allowlist);
    const { plan, problems } = await lab.sync(allowlist);
    expect(problems).toEqual([]);
    expect(taken(plan)).toEqual([
      'acme_tool-1.0-0.conda this store conda/noarch/acme_tool-1.0-0.conda',
      'acme_tool-1.0-py3-none-any.whl this store simple/acme-tool/acme_tool-1.0-py3-none-any.whl',
    ]);
    expect(plan.artifacts.find(({ filename }) => filename.startsWith('acme'))?.why).toEqual([
      'app',
      'acme_tool',
      'pypi:acme-tool',
      'pypi:demo',
      'environment:all',
    ]);
    expect(plan.simple.files.map(({ why }) => why)).toEqual([['pypi:acme-tool', 'pypi:demo'], ['pypi:demo']]);
    expect([plan.add, plan.simple.add].flat().filter((id) => id.includes('acme'))).toEqual([]);
    expect(asked.filter((url) => url.includes('.whl') && url.includes('acme'))).toEqual([]);
    expect(await damage()).toEqual([]);
    const again = await lab.sync(allowlist);
    expect([again.problems, again.plan.decisions, again.plan.simple.decisions]).toEqual([[], {}, {}]);
  });

  it('that others offer is told, with their newest version', async () => {
    await lab.publish([...common, ...foreign, small('acmefoo 1', [], noarch)]);
    serve({
      'acme-tool': [foreignTool, wheel('acme_tool-9-py3-none-any.whl')],
      acmefoo: [wheel('acmefoo-1-py3-none-any.whl')],
    });
    const { plan } = await lab.sync(reserving([{ pypi: 'acme-tool' }, 'acmefoo']));
    const offers = (from: string, what: string) =>
      `plan.reserved: ${lab.upstream.url}${from} offers ${what}, whose name is reserved; nothing of it is taken`;
    expect(plan.warnings.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      offers('', 'acme 99'),
      offers('', 'acme-tool 99'),
      offers('', 'acme_tool 99'),
      offers('/simple', 'acme-tool 99'),
    ]);
    // The reserved names themselves, and those of entries.
    expect(asked.sort()).toEqual(['/simple/acme-tool/', '/simple/acme/']);
  });

  it('that is not published is nothing that anybody else could give', async () => {
    await lab.publish([...common, ...foreign]);
    serve({ 'acme-tool': [foreignTool], demo: [demo] });
    const { plan, problems } = await lab.sync(
      reserving([...entries, { spec: 'acme', channel: lab.upstream.url }], { condaNames }),
    );
    expect(taken(plan)).toEqual([]);
    expect(plan.complete).toBe(true);
    expect(problems.filter((problem) => problem.startsWith('plan.unpublished'))).toEqual([
      'plan.unpublished acme',
      'plan.unpublished acme_tool',
      'plan.unpublished app',
      'plan.unpublished pypi:acme-tool',
      'plan.unpublished pypi:demo',
    ]);
    const told = plan.problems.find(({ subject }) => subject === 'acme');
    expect(told?.hint).toMatch(/^remove the channel/);
  });

  it('is asked of no index for what an extra of it would add', async () => {
    await lab.publish(common);
    await lab.sync(listing(['python']));
    const extra = wheel('demo-1.0-py3-none-any.whl', 'Requires-Dist: Acme.Tool[x]\n');
    serve({ 'acme-tool': [foreignTool], demo: [extra] });
    const allowlist = reserving([{ pypi: 'demo', dependencies: 'pypi' }]);
    await publishHere([wheel(tool.fileName, 'Provides-Extra: x\n')], allowlist);
    const { plan } = await lab.sync(allowlist);
    expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual(['pypi.dependency pypi:demo']);
    // Whether it offers the names, once each.
    expect(asked.filter((url) => url.includes('acme'))).toEqual(['/simple/acme/', '/simple/acme-tool/']);
  });

  it('is no name for what is made of another project, by whatever evidence', async () => {
    await lab.publish([...common, small('demo 9', ['python'], noarch)], {
      'demo-9-0.conda': { purls: ['pkg:pypi/other'] },
    });
    const projects = ['named', 'mapped', 'other'].map((name) => [name, [wheel(`${name}-1.0-py3-none-any.whl`)]]);
    const needing = wheel('needing-1.0-py3-none-any.whl', 'Requires-Dist: mapped\n');
    serve({ ...Object.fromEntries(projects), needing: [needing] });
    const mapping = join(lab.store, '..', 'mapping.json');
    await writeFile(mapping, JSON.stringify({ 'acme-mapped': ['mapped'], 'acme-tool': ['other'] }));
    const entries = ['named', 'mapped', 'other', 'needing'].map((pypi) => ({ pypi, dependencies: 'pypi' }));
    const more = { condaNames: { named: 'acme-named' }, mapping: pathToFileURL(mapping).href };
    const { plan } = await lab.sync(reserving(entries, more));
    expect(plan.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      ...['mapped', 'named', 'needing', 'other'].map((name) => `pypi.reserved-name pypi:${name}`),
    ]);
    expect(plan.artifacts).toEqual([]);
  });
});

describe('what had come before its name was reserved', () => {
  it('leaves at the next plan that is complete, on both sides, whatever that breaks', async () => {
    await lab.publish([...common, ...foreign]);
    serve({ 'acme-tool': [foreignTool] });
    const before = await lab.sync(
      listing(['app', { pypi: 'acme-tool' }], { condaNames: { 'acme-tool': 'acme-tool' } }),
    );
    expect(taken(before.plan)).toHaveLength(3);
    const { plan } = await lab.sync(reserving(['app', { pypi: 'acme-tool' }]));
    expect(taken(plan)).toEqual([]);
    expect(plan.drop.map((id) => id.replace(/_[0-9a-f]{8}/, ''))).toEqual([
      'noarch/acme-tool-99-pypi.conda',
      'noarch/acme_tool-99-0.conda',
    ]);
    expect(plan.simple.drop).toEqual(['simple/acme-tool/acme_tool-99-py3-none-any.whl']);
    const reasons = [plan.decisions['noarch'], plan.simple.decisions['acme-tool']].flatMap((own) =>
      Object.values(own ?? {}).map(({ withdrawn }) => withdrawn?.reason),
    );
    expect(new Set(reasons)).toEqual(new Set(['its name is reserved now, and it came from upstream']));
    expect(Object.keys(await lab.index('noarch'))).not.toContain('acme_tool-99-0.conda');
    const again = await lab.sync(reserving(['app', { pypi: 'acme-tool' }]));
    expect([again.plan.drop, again.plan.simple.drop]).toEqual([[], []]);
    expect(await damage()).toEqual([]);
  });

  it('leaves though something else of that plan cannot be fetched', async () => {
    await lab.publish([...common, ...foreign, small('late 1.0', [], noarch)]);
    serve({ 'acme-tool': [foreignTool] });
    const own = listing(['app', { pypi: 'acme-tool' }], { condaNames: { 'acme-tool': 'acme-tool' } });
    expect(taken((await lab.sync(own)).plan)).toHaveLength(3);
    const { intercept } = lab;
    lab.intercept = (request, response, next) =>
      request.url?.endsWith('/late-1.0-0.conda') ? response.writeHead(404).end() : intercept?.(request, response, next);
    const { problems, applied } = await lab.sync(reserving(['app', 'late', { pypi: 'acme-tool' }]));
    expect(applied.dropped).toHaveLength(3);
    expect(problems).toContain('upstream.status noarch/late-1.0-0.conda');
    expect(Object.keys(await lab.index('noarch')).filter((name) => name.startsWith('acme'))).toEqual([]);
    expect(await readFile(join(lab.store, 'simple/acme-tool/index.json'), 'utf8')).not.toContain('acme_tool-99');
  });
});
