import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Intercept } from '../../local/sample/serve-folder.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (metadata: string, fileName = 'demo-1.0-py3-none-any.whl'): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata }),
});

/** An index, and a file of names beside it. */
function serving(projects: Parameters<typeof serveProjects>[0], names: object | string | number): Intercept {
  const index = serveProjects(projects);
  return (request, response, next) => {
    if (request.url !== '/names.json') return index(request, response, next);
    if (typeof names === 'number') return void response.writeHead(names).end();
    response.writeHead(200, { etag: '"1"' }).end(typeof names === 'string' ? names : JSON.stringify(names));
  };
}

const entry = { pypi: 'demo' };
const options = (more = {}) => ({
  indexes: [`${lab.upstream.url}/simple`],
  python: ['3.12'],
  mapping: `${lab.upstream.url}/names.json`,
  ...more,
});

const python = [small('python 3.12.1'), small('pip 24.0', ['python'])];

/** What the made package depends on, and nothing went wrong. */
async function dependsOf(more = {}): Promise<readonly string[]> {
  const { plan, problems } = await lab.sync(lab.allowlist([entry], options(more)));
  expect(problems).toEqual([]);
  const made = plan.artifacts.filter((artifact) => artifact.made !== undefined).map(({ record }) => record.depends);
  expect(made).toHaveLength(1);
  return made[0] ?? [];
}

describe('the conda names of what a wheel needs', () => {
  it('are those of the mapping, as the channel spells them, however the wheel does', async () => {
    const conda = ['ruamel.yaml', 'jaraco.text', 'typing_extensions'];
    await lab.publish([...python, ...conda.map((name) => small(`${name} 1.0`, ['python'], { subdir: 'noarch' }))]);
    const needs = ['Ruamel_YAML>=0.5', 'jaraco-text', 'typing.extensions'];
    const metadata = needs.map((need) => `Requires-Dist: ${need}\n`).join('');
    lab.intercept = serving(
      { demo: [wheel(metadata)] },
      {
        'ruamel.yaml': ['ruamel.yaml'],
        ruamel_yaml: ['ruamel.yaml'],
        'jaraco.text': ['jaraco.text'],
        typing_extensions: 'typing-extensions',
        'boto3-stubs': ['typing-extensions', 'boto3-stubs'],
        'not a name': ['x', ''],
        python: null,
      },
    );
    expect(await dependsOf()).toEqual(['ruamel.yaml >=0.5', 'jaraco.text', 'typing_extensions', 'python >=3']);
  });

  it('are those that a package says it installs, by its own files', async () => {
    const files = [{ path: 'lib/python3.12/site-packages/B_b-1.0.dist-info/METADATA', content: 'Name: b.b' }];
    await lab.publish([...python, small('b-b 1.0', ['python'], { files }), small('c 1.0', ['python'])]);
    lab.intercept = serving({ demo: [wheel('Requires-Dist: b.b\n')] }, {});
    expect(await dependsOf()).toEqual(['b-b', 'python >=3']);
    lab.intercept = serving({ demo: [wheel('Requires-Dist: c\n')] }, {});
    const { plan } = await lab.sync(lab.allowlist([entry], options()));
    expect(plan.problems).toMatchObject([{ code: 'pypi.conda-name', detail: expect.stringContaining('is it c?') }]);
  });

  it('are not asked of a mapping that nobody named', async () => {
    await lab.publish([...python, small('other 1.0')]);
    lab.intercept = serving({ demo: [wheel('Requires-Dist: b\n')] }, { other: ['b'] });
    const unnamed = await lab.sync(lab.allowlist([entry], options({ mapping: 'none' })));
    expect(unnamed.plan.problems).toMatchObject([{ code: 'pypi.conda-name' }]);
    expect(await dependsOf()).toEqual(['other', 'python >=3']);
  });
});

describe('a mapping that cannot be read', () => {
  const needing = { demo: [wheel('Requires-Dist: b\n')] };

  it.each<[string, object | string | number, string]>([
    ['that is not there', 404, 'upstream.status'],
    ['whose server fails', 503, 'upstream.status'],
    ['that is a page', '<html>', 'json.invalid'],
    ['of another shape', { a: [1] }, 'json.invalid'],
  ])('fails the entry that needs it, and nothing leaves: %s', async (_, names, code) => {
    await lab.publish([...python, small('other 1.0')]);
    lab.intercept = serving(needing, names);
    const { plan } = await lab.sync(lab.allowlist([entry, 'other'], options()));
    expect(plan).toMatchObject({ complete: false, drop: [] });
    expect(plan.problems).toMatchObject([{ code, subject: 'pypi:demo', hint: expect.stringContaining('"mapping"') }]);
    expect(plan.entries.map(({ entry: id, status }) => [id, status])).toEqual([
      ['pypi:demo', 'failed'],
      ['other', 'solved'],
    ]);
  });

  it('is the one that the last sync read from there, and a warning', async () => {
    await lab.publish([...python, small('other 1.0')]);
    lab.intercept = serving(needing, { other: ['b'] });
    const before = await dependsOf();
    // A run elsewhere has another cache; what was synced is in the store.
    await rm(join(lab.store, '_gatehouse/cache'), { recursive: true });
    lab.intercept = serving(needing, 503);
    expect(await dependsOf()).toEqual(before);
    const { plan } = await lab.sync(lab.allowlist([entry], options()));
    expect(plan.warnings).toContainEqual(
      expect.objectContaining({
        code: 'pypi.mapping',
        detail: expect.stringContaining('the names of the last run count'),
      }),
    );
    const elsewhere = options({ mapping: `${lab.upstream.url}/other.json` });
    expect((await lab.sync(lab.allowlist([entry], elsewhere))).plan.complete).toBe(false);
  });

  it('matters to nobody who has what it would say', async () => {
    await lab.publish([...python, small('other 1.0')]);
    lab.intercept = serving(needing, 503);
    expect(await dependsOf({ condaNames: { b: 'other', demo: 'demo' } })).toEqual(['other', 'python >=3']);
  });
});

describe('an entry whose project is a conda package of another name', () => {
  it.each<[string, object, RegExp, RegExp]>([
    ['one', { 'python-demo': ['demo'] }, /is the conda package python-demo/, /"demo": "python-demo"/],
    ['several', { d1: ['demo'], d2: ['demo'] }, /in several conda packages: d1, d2/, /"demo": "NAME"/],
  ])('stops with the line that says so: %s', async (_, names, detail, hint) => {
    await lab.publish(python);
    lab.intercept = serving({ demo: [wheel('')] }, names);
    const { plan } = await lab.sync(lab.allowlist([entry], options()));
    const [problem] = plan.problems;
    expect(problem).toMatchObject({ code: 'pypi.conda-name', detail: expect.stringMatching(detail) });
    expect(problem?.hint).toMatch(hint);
    const { problems } = await lab.sync(lab.allowlist([entry], options({ condaNames: { demo: 'd1' } })));
    expect([problems, Object.keys(await lab.index('noarch'))]).toEqual([[], [expect.stringMatching(/^d1-1\.0-pypi_/)]]);
  });

  it('is not told of where it is the one of its name', async () => {
    await lab.publish([...python, small('demo 0.5')]);
    lab.intercept = serving({ demo: [wheel('')] }, { vendor: ['demo'], demo: ['demo'] });
    expect(await dependsOf()).toEqual(['python >=3']);
    const { plan } = await lab.sync(lab.allowlist([entry], options()));
    expect(plan.warnings).toEqual([]);
  });
});
