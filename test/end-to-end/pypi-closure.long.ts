import { describe, expect, it } from 'vitest';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

/** A wheel of `name version` that needs these, and has extras. */
function wheel(text: string, needs: readonly string[] = [], extras: readonly string[] = []): ServedFile {
  const [name = '', version = ''] = text.split(' ');
  const fileName = `${name}-${version}-py3-none-any.whl`;
  const lines = [
    ...needs.map((need) => `Requires-Dist: ${need}`),
    ...extras.map((extra) => `Provides-Extra: ${extra}`),
  ];
  return {
    fileName,
    bytes: buildWheel({ fileName, files: { [`${name}.py`]: '' }, metadata: `${lines.join('\n')}\n` }),
  };
}

const python = ['3.10.1', '3.12.1'].map((version) => small(`python ${version}`));
const base = [...python, small('pip 24.0', ['python'])];
const told = (name: string) => ({ purls: [`pkg:pypi/${name}`] });

const options = (more = {}) => ({ indexes: [`${lab.upstream.url}/simple`], python: ['3.12'], ...more });
const entry = { pypi: 'a', dependencies: 'pypi' };

const sync = (entries: readonly unknown[], more = {}) => lab.sync(lab.allowlist(entries, options(more)));

/** What an entry brings: `name version` with where it is from, and what each made package needs besides python. */
async function brought(entries: readonly unknown[] = [entry], more = {}) {
  const { plan, problems } = await sync(entries, more);
  expect(problems).toEqual([]);
  const made = plan.artifacts.filter((artifact) => artifact.made !== undefined);
  return {
    from: plan.artifacts
      .map(({ record, made: one }) => `${one ? 'pypi' : 'conda'} ${record.name} ${record.version}`)
      .sort(),
    depends: Object.fromEntries(
      made.map(({ record }) => [record.name, record.depends.filter((text) => !text.startsWith('python'))]),
    ),
  };
}

const system = ['conda pip 24.0', 'conda python 3.12.1'];

describe('what no channel has', () => {
  const projects = {
    a: [wheel('a 1.0', ['b>=1', 'Lib.50'])],
    b: [wheel('b 2.0', ['c~=1.4', 'd']), wheel('b 0.9')],
    c: [wheel('c 1.5'), wheel('c 1.4', ['a']), wheel('c 2.0')],
    'lib-50': [wheel('lib_50 3.0')],
  };

  it('comes from the index, as deep as it goes, and is proved and verified; what a channel has comes from there', async () => {
    await lab.publish([...base, small('d 1.0', ['python'])], { 'd-1.0-0.conda': told('d') });
    lab.intercept = serveProjects(projects);
    const { from, depends } = await brought();
    expect(from).toEqual(['conda d 1.0', ...system, 'pypi a 1.0', 'pypi b 2.0', 'pypi c 1.5', 'pypi lib-50 3.0']);
    expect(depends).toEqual({ a: ['b >=1', 'lib-50'], b: ['c >=1.4,<2a0', 'd'], c: [], 'lib-50': [] });
    expect(await damage()).toEqual([]);
    const again = await sync([entry]);
    expect([again.problems, again.plan.add, again.plan.change, again.plan.drop]).toEqual([[], [], [], []]);
    expect((await sync([{ pypi: 'c' }])).problems).toEqual([]);
    const left = Object.keys(await lab.index('noarch')).map((name) => name.replace(/-pypi_.*/, ''));
    expect(left).toEqual(['c-2.0']);
  });

  it('stops the entry that does not ask for that, with the line that does', async () => {
    await lab.publish(base);
    lab.intercept = serveProjects(projects);
    const { plan } = await sync([{ pypi: 'a' }]);
    expect(plan.problems).toMatchObject([
      { code: 'pypi.conda-name', hint: expect.stringContaining('add "dependencies": "pypi" to the entry') },
    ]);
  });

  it('is what a channel has only in other versions too, and then it is called as there', async () => {
    await lab.publish([...base, small('py-b 0.5', ['python']), small('c 1.0')], { 'c-1.0-0.conda': told('c') });
    lab.intercept = serveProjects({ ...projects, b: [wheel('b 2.0', ['c>=1.4'])] });
    const more = { condaNames: { b: 'py-b' } };
    const { from } = await brought([entry], more);
    expect(from).toEqual([...system, 'pypi a 1.0', 'pypi c 2.0', 'pypi lib-50 3.0', 'pypi py-b 2.0']);
  });

  it('is not what a channel may have under a name of which nothing is known', async () => {
    await lab.publish([...base, small('b 5.0')]);
    lab.intercept = serveProjects(projects);
    const { plan } = await sync([entry]);
    expect(plan.problems).toMatchObject([{ code: 'pypi.conda-name', detail: expect.stringContaining('is it b?') }]);
  });

  it('comes of sdists where the entry takes them', async () => {
    await lab.publish(base);
    const sdist = { fileName: 'demo-1.0.tar.gz', bytes: buildSdist() };
    lab.intercept = serveProjects({ a: [wheel('a 1.0', ['demo'])], demo: [sdist] });
    const { plan } = await sync([entry]);
    expect(plan.problems).toMatchObject([{ code: 'pypi.no-wheel', detail: expect.stringContaining('it needs demo') }]);
    expect((await brought([{ ...entry, sdist: 'unpack' }])).from).toEqual([...system, 'pypi a 1.0', 'pypi demo 1.0']);
  });

  it.each<[string, Parameters<typeof serveProjects>[0], string, RegExp]>([
    ['is not there', { a: [wheel('a 1.0', ['b'])] }, 'pypi.missing', /a-1\.0.*it needs b, and: there is no project b/],
    ['has no such version', { a: [wheel('a 1.0', ['b>3'])], b: [wheel('b 3')] }, 'pypi.no-release', /needs b>3/],
    [
      'needs what is not there',
      { a: [wheel('a 1.0', ['b'])], b: [wheel('b 3', ['c']), wheel('b 2', ['c'])] },
      'pypi.missing',
      /it needs b, and: it needs c, and: there is no project c/,
    ],
    [
      'has binary wheels alone',
      { a: [wheel('a 1.0', ['b'])], b: [{ ...wheel('b 3'), fileName: 'b-3-cp312-cp312-win_amd64.whl' }] },
      'pypi.no-wheel',
      /it needs b, and: b 3 has no wheel for every platform/,
    ],
  ])('and %s is a reason', async (_, served, code, detail) => {
    await lab.publish(base);
    lab.intercept = serveProjects(served);
    const { plan } = await sync([entry]);
    expect(plan.problems).toMatchObject([{ code, subject: 'pypi:a', detail: expect.stringMatching(detail) }]);
    expect(plan.complete).toBe(true);
  });

  it('is missed by one release, and an older one is taken, with a warning', async () => {
    await lab.publish(base);
    lab.intercept = serveProjects({ a: [wheel('a 2.0', ['gone']), wheel('a 1.0', ['b'])], b: [wheel('b 1', ['a'])] });
    const { plan } = await sync([entry]);
    expect(plan.warnings).toMatchObject([
      { code: 'pypi.missing', detail: expect.stringMatching(/^a-2\.0.*needs gone/) },
    ]);
    expect((await brought()).from).toEqual([...system, 'pypi a 1.0', 'pypi b 1']);
  });

  it('fails the entry while the index fails, and nothing leaves', async () => {
    await lab.publish(base);
    lab.intercept = serveProjects({ a: [wheel('a 1.0', ['b'])], b: [wheel('b 1')] });
    await brought();
    lab.intercept = serveProjects({ a: [wheel('a 1.0', ['b'])], b: 503 });
    const { plan } = await sync([entry]);
    expect(plan).toMatchObject({ complete: false, add: [], drop: [], change: [] });
  });
});
