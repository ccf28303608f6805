import { describe, expect, it } from 'vitest';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const sdist: ServedFile = {
  fileName: 'demo-1.0.tar.gz',
  bytes: buildSdist({ files: { 'demo.egg-info/requires.txt': 'decorator>=3.4.0\n' } }),
};

const wheel = (fileName: string, metadata = ''): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata, files: { 'demo.py': `x = "${metadata.length}"\n` } }),
});

/** Pythons, and a `decorator` that says which project it is. */
const channel = async () => {
  const decorator = small('decorator 5.1.1', ['python'], { subdir: 'noarch' });
  const pythons = ['3.8.18', '3.12.1'].map((version) => small(`python ${version}`));
  await lab.publish([...pythons, small('pip 24.0', ['python']), decorator, small('demo 3.0')], {
    'decorator-5.1.1-0.conda': { purls: ['pkg:pypi/decorator@5.1.1'] },
  });
};

const indexed = (more = {}) => ({ indexes: [`${lab.upstream.url}/simple`], ...more });

/** The names in `noarch` that start so. */
const made = async (start = 'demo-') => Object.keys(await lab.index('noarch')).filter((name) => name.startsWith(start));

describe('a release with an sdist alone', () => {
  const entry = { pypi: 'demo ==1.0', sdist: 'unpack', depends: ['python <3.9'] };

  it('is read into a package, fetched, indexed, proved and verified; the next sync has nothing to do', async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [sdist] });
    const wanted = lab.allowlist([entry], indexed({ python: ['3.8', '3.12'] }));
    const { plan, problems } = await lab.sync(wanted);
    expect(problems).toEqual([]);
    expect(plan.entries.map(({ entry: id, python, status }) => [id, python, status])).toEqual([
      ['pypi:demo ==1.0', '3.8', 'solved'],
      ['pypi:demo ==1.0', '3.12', 'unsolvable'],
    ]);
    const [name = ''] = await made();
    expect(name).toMatch(/^demo-1\.0-pypi_[0-9a-f]{8}\.conda$/);
    expect((await lab.index('noarch'))[name]).toMatchObject({
      depends: ['decorator >=3.4.0', 'python <3.9'],
      noarch: 'python',
      timestamp: Date.UTC(2020, 0, 2, 3, 4, 5),
    });
    expect(await damage()).toEqual([]);
    const again = await lab.sync(wanted);
    expect([again.problems, again.plan.add, again.plan.change, again.plan.drop]).toEqual([[], [], [], []]);
    expect(again.plan.artifacts).toContainEqual(expect.objectContaining({ sha256: null, made: expect.anything() }));
  });
});

describe('a wheel', () => {
  const marked = wheel(
    'demo-1.0-py3-none-any.whl',
    `Requires-Python: >=3.6
Requires-Dist: decorator (>=3.4.0)
Requires-Dist: dataclasses; python_version < "3.7"
Requires-Dist: tomli>=1; python_version < "3.11"
Requires-Dist: nothing[here] @ https://a.example/b ; extra == "all"
`,
  );

  it.each([[['3.8', '3.12']], [['3.12', '3.8']]])(
    'becomes a package for each set of dependencies, and each python takes its own: %j',
    async (python) => {
      await channel();
      lab.intercept = serveProjects({ demo: [marked] });
      const more = { python, condaNames: { tomli: 'decorator' } };
      const { plan, problems } = await lab.sync(lab.allowlist([{ pypi: 'Demo' }], indexed(more)));
      expect(problems).toEqual([]);
      expect(plan.entries.map((entry) => [entry.python, entry.status])).toEqual(python.map((one) => [one, 'solved']));
      const records = plan.artifacts.filter(({ made: one }) => one !== undefined).map(({ record }) => record.depends);
      expect(records.sort()).toEqual([
        ['decorator >=3.4.0', 'decorator >=1', 'python >=3.6,<3.12a0'],
        ['decorator >=3.4.0', 'python >=3.12a0'],
      ]);
      expect(await damage()).toEqual([]);
    },
  );

  it("leaves with its entry, and is not what an entry of the channel's own gets, nor the other way round", async () => {
    await channel();
    lab.intercept = serveProjects({ demo: [marked] });
    const options = indexed({ python: ['3.12'] });
    const both = await lab.sync(lab.allowlist([{ pypi: 'demo' }, 'demo'], options));
    expect(both.problems).toEqual([]);
    expect(both.plan.warnings).toContainEqual(
      expect.objectContaining({ code: 'pypi.name-taken', subject: 'pypi:demo' }),
    );
    const brought = Object.fromEntries(both.plan.entries.map(({ entry, artifacts }) => [entry, artifacts.join(' ')]));
    expect(brought['demo']).toBe('linux-64/demo-3.0-0.conda');
    expect(brought['pypi:demo']).toMatch(/noarch\/demo-1\.0-pypi_/);
    const after = await lab.sync(lab.allowlist(['demo'], options));
    expect([after.problems, await made()]).toEqual([[], []]);
    expect(after.plan.drop).toContainEqual(expect.stringMatching(/^noarch\/demo-1\.0-pypi_/));
  });

  it('with other bytes under its old name is an alarm, and changes nothing', async () => {
    await channel();
    const wanted = lab.allowlist([{ pypi: 'demo ==1.0' }], indexed({ python: ['3.12'] }));
    lab.intercept = serveProjects({ demo: [marked] });
    await lab.sync(wanted);
    const before = await lab.index('noarch');
    const other = wheel(marked.fileName, 'Requires-Python: >=3.6\nRequires-Dist: decorator>=3.4.0\nSummary: another\n');
    lab.intercept = serveProjects({ demo: [other] });
    const { problems } = await lab.sync(wanted);
    expect(problems).toEqual([expect.stringMatching(/^fetch\.mutated noarch\/demo-1\.0-pypi_/)]);
    expect(await lab.index('noarch')).toEqual(before);
  });

  it('stays as it is while its index fails', async () => {
    await channel();
    const wanted = lab.allowlist([{ pypi: 'demo' }, 'decorator'], indexed({ python: ['3.12'] }));
    lab.intercept = serveProjects({ demo: [marked] });
    await lab.sync(wanted);
    const before = await lab.index('noarch');
    for (const answer of [503, 403, []]) {
      lab.intercept = serveProjects({ demo: answer });
      const { plan } = await lab.sync(wanted);
      expect(plan).toMatchObject({ complete: false, add: [], change: [], drop: [] });
      expect(plan.problems.map(({ subject }) => subject)).toEqual(['pypi:demo']);
      expect(plan.entries.map(({ entry, status }) => [entry, status])).toContainEqual(['pypi:demo', 'failed']);
      expect(await lab.index('noarch')).toEqual(before);
    }
  });
});

describe('an entry that nothing comes of says why, and what would settle it', () => {
  const any = 'demo-1.0-py3-none-any.whl';
  it.each<[string, object, ServedFile[] | number, string, RegExp, RegExp?]>([
    ['no project', {}, 404, 'pypi.missing', /no project demo at http/, /"indexes"/],
    ['no version', { pypi: 'demo ==2' }, [wheel(any)], 'pypi.no-release', /there are 1.0/],
    ['only yanked ones', {}, [{ ...wheel(any), facts: { yanked: 'broken' } }], 'pypi.no-release', /not yanked/],
    ['an sdist alone', {}, [sdist], 'pypi.no-wheel', /only demo-1.0.tar.gz/, /"sdist": "unpack"/],
    ['a wheel for one platform', {}, [wheel('demo-1.0-cp312-cp312-win_amd64.whl')], 'pypi.no-wheel', /win_amd64/],
    ['Python 2', {}, [wheel('demo-1.0-py2-none-any.whl')], 'pypi.no-wheel', /py2-none/],
    ['a later Python', {}, [wheel(any, 'Requires-Python: >=3.14\n')], 'pypi.python', />=3.14/],
    ['no Python', {}, [wheel(any, "Requires-Python: >= '2.7'\n")], 'pypi.python', /'2.7'/, /"depends": \["python/],
    ['a foreign name', {}, [wheel(any, 'Requires-Dist: Demo.X\n')], 'pypi.conda-name', /demo-x/, /"demo-x": "NAME"/],
    ['a name alone', {}, [wheel(any, 'Requires-Dist: pip\n')], 'pypi.conda-name', /is it pip/, /"pip": "pip"/],
    ['an extra', {}, [wheel(any, 'Requires-Dist: decorator[x]\n')], 'pypi.dependency', /extras/, /"decorator/],
    [
      'a URL',
      {},
      [wheel(any, 'Requires-Dist: a @ https://a.example/a.whl\n')],
      'pypi.dependency',
      /by a URL/,
      /"depends": \["a"\]/,
    ],
    [
      'a kernel',
      {},
      [wheel(any, 'Requires-Dist: decorator; platform_release=="1"\n')],
      'pypi.dependency',
      /beforehand/,
      /"depends": \["dec/,
    ],
    ['no hash', {}, [{ ...wheel(any), facts: { hashes: {} } }], 'fetch.unverifiable', /no sha256/, /"indexes"/],
    ['a lie', {}, [{ ...wheel(any), fileName: 'demo-2.0-py3-none-any.whl' }], 'package.refused', /dist-info/],
  ])('%s', async (_, entry, files, code, detail, hint = /^$/) => {
    await channel();
    lab.intercept = serveProjects({ demo: files });
    const { plan } = await lab.sync(lab.allowlist([{ pypi: 'demo', ...entry }], indexed()));
    expect(plan.problems).toHaveLength(1);
    const [problem] = plan.problems;
    expect(problem).toMatchObject({ code, detail: expect.stringMatching(detail) });
    expect(problem?.hint ?? '').toMatch(hint);
    expect(plan).toMatchObject({ complete: true, add: [] });
  });

  it('and the line settles it', async () => {
    await channel();
    const metadata = 'Requires-Python: >=3.5.*\nRequires-Dist: decorator[x]; platform_release=="1"\n';
    lab.intercept = serveProjects({ demo: [wheel('demo-1.0-py3-none-any.whl', metadata)] });
    const entry = { pypi: 'demo', depends: ['python >=3.6', 'decorator >=5'] };
    const { plan, problems } = await lab.sync(lab.allowlist([entry], indexed()));
    expect(problems).toEqual([]);
    const found = plan.artifacts.find((artifact) => artifact.made !== undefined);
    expect(found?.record.depends).toEqual(['python >=3', 'python >=3.6', 'decorator >=5']);
  });
});
