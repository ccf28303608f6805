import { describe, expect, it } from 'vitest';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

/** A wheel of `name version` that needs these, and has extras. */
function wheel(text: string, needs: readonly string[] = [], extras: readonly string[] = []): ServedFile {
  const [name = '', version = ''] = text.split(' ');
  const fileName = `${name}-${version}-py3-none-any.whl`;
  const lines = [...needs.map((need) => `Requires-Dist: ${need}`), ...extras.map((one) => `Provides-Extra: ${one}`)];
  return { fileName, bytes: buildWheel({ fileName, metadata: `${lines.join('\n')}\n` }) };
}

const base = ['3.10.1', '3.12.1'].map((version) => small(`python ${version}`));
const pip = small('pip 24.0', ['python']);
const told = (name: string) => ({ purls: [`pkg:pypi/${name}`] });
const options = () => ({ indexes: [`${lab.upstream.url}/simple`], python: ['3.10', '3.12'] });
const entry = { pypi: 'a', dependencies: 'pypi' };

const sync = (one: object = entry) => lab.sync(lab.allowlist([one], options()));

/** Of each made package what it needs besides python, and which solve. */
async function solved(one: object = entry) {
  const { plan, problems } = await sync(one);
  expect(problems).toEqual([]);
  expect(plan.entries.map(({ status }) => status)).toEqual(['solved', 'solved']);
  const made = plan.artifacts.filter((artifact) => artifact.made !== undefined);
  return made.map(({ record }) => [
    `${record.name} ${record.version}`,
    ...record.depends.filter((text) => !text.startsWith('python ')),
  ]);
}

const all = ['c; extra == "x_Y"', 'b[x.y]; extra == "all"', 'd; extra == "other"'];
const extras = ['X_y', 'all', 'other'];

describe('an extra of what comes from the index', () => {
  const c = { c: [wheel('c 1.0')] };

  it.each([['b[x-y]'], ['b[X.Y]>=1'], ['B[x_y]'], ['b[ALL]']])('is in what asks for it: %s', async (need) => {
    await lab.publish([...base, pip]);
    lab.intercept = serveProjects({ ...c, a: [wheel('a 1.0', [need])], b: [wheel('b 2.0', all, extras)] });
    const spec = need.includes('>=') ? 'b >=1' : 'b';
    expect(await solved()).toEqual([['a 1.0', spec, 'b ==2.0', 'c'], ['b 2.0'], ['c 1.0']]);
  });

  it('is narrowed to the newest releases that agree on what it adds', async () => {
    await lab.publish([...base, pip]);
    const b = [
      wheel('b 3.0', ['e', 'c; extra == "x"'], ['x']),
      wheel('b 2.0', ['c; extra == "x"'], ['x']),
      wheel('b 1.5', ['c>=1; extra == "x"'], ['x']),
      wheel('b 1.0', ['c; extra == "x"'], ['x']),
    ];
    lab.intercept = serveProjects({ ...c, a: [wheel('a 1.0', ['b[x]'])], b, e: [wheel('e 1')] });
    expect(await solved()).toEqual([['a 1.0', 'b', 'b >=2.0,<=3.0', 'c'], ['b 3.0', 'e'], ['c 1.0'], ['e 1']]);
  });

  it('is decided for each python, and may ask for extras of others', async () => {
    await lab.publish([...base, pip, small('tomli 2.0', ['python'])], { 'tomli-2.0-0.conda': told('tomli') });
    const b = [
      wheel('b 2.0', ['tomli; python_version < "3.11" and extra == "toml"', 'f[g]; extra == "toml"'], ['toml']),
    ];
    const f = [wheel('f 1.0', ['c; extra == "g"', 'b[toml]; extra == "g"'], ['g'])];
    lab.intercept = serveProjects({ ...c, a: [wheel('a 1.0', ['b[toml]'])], b, f });
    const made = await solved();
    expect(made).toContainEqual(['a 1.0', 'b', 'b ==2.0', 'tomli', 'f', 'f ==1.0', 'c']);
    expect(made).toContainEqual(['a 1.0', 'b', 'b ==2.0', 'f', 'f ==1.0', 'c']);
  });

  it('that the newest release does not have is a reason, and a line settles it', async () => {
    await lab.publish([...base, pip]);
    lab.intercept = serveProjects({ ...c, a: [wheel('a 1.0', ['b[y]'])], b: [wheel('b 2.0', all, extras)] });
    const { plan } = await sync();
    expect(plan.problems).toMatchObject([
      { code: 'pypi.dependency', detail: expect.stringContaining('b 2.0 has no such extra') },
    ]);
    expect(plan.problems[0]?.hint).toContain('"depends": ["b"]');
  });
});

describe('an extra of what a channel has', () => {
  const channel = () =>
    lab.publish([...base, pip, small('b 2.0', ['python']), small('c 1.0', ['python'])], {
      'b-2.0-0.conda': told('b'),
      'c-1.0-0.conda': told('c'),
    });

  it.each([
    ['and whose extras the index tells', [wheel('b 2.0', all, extras)], '"depends": ["b >=1","c"]'],
    ['and the index does not have', 404, '"depends": ["b >=1","WHAT IT ADDS"]'],
  ])('stops with the package, the extra and a line: %s', async (_, b, line) => {
    await channel();
    lab.intercept = serveProjects({ a: [wheel('a 1.0', ['b[x-y]>=1'])], b });
    for (const one of [entry, { pypi: 'a' }]) {
      const { plan } = await sync(one);
      expect(plan.problems).toMatchObject([{ code: 'pypi.dependency', detail: expect.stringContaining('b[x-y]') }]);
      expect(plan.problems[0]?.hint).toContain(line);
    }
  });

  it('is settled by the line', async () => {
    await channel();
    lab.intercept = serveProjects({ a: [wheel('a 1.0', ['b[x-y]>=1'])], b: [wheel('b 2.0', all, extras)] });
    expect(await solved({ pypi: 'a', depends: ['b >=1', 'c'] })).toEqual([['a 1.0', 'b >=1', 'c']]);
  });
});
