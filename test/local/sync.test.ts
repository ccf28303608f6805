import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../core/steps/verify.ts';
import { planJson } from '../../local/render/plan-json.ts';
import { type Lab, small, startLab } from '../support/start-lab.ts';

const day = 24 * 60 * 60 * 1000;

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const names = async (subdir?: string) => Object.keys(await lab.index(subdir));
const damage = async () => (await verify([], { ...lab.world, log: () => {} })).problems;

describe('what comes in', () => {
  it('is the closure of every entry and nothing else, each artifact with the entries that brought it', async () => {
    await lab.publish([
      small('tool 1.0', ['middle >=1']),
      small('middle 1.5', ['base']),
      small('base 3.0'),
      small('base 2.0'),
      small('other 1.0', ['base <3']),
      small('stranger 1.0'),
    ]);
    const report = await lab.sync(lab.allowlist(['tool', 'other']));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual([
      'base-2.0-0.conda',
      'base-3.0-0.conda',
      'middle-1.5-0.conda',
      'other-1.0-0.conda',
      'tool-1.0-0.conda',
    ]);
    const why = Object.fromEntries(report.plan.artifacts.map((artifact) => [artifact.filename, artifact.why]));
    expect(why).toMatchObject({
      'base-2.0-0.conda': ['other'],
      'base-3.0-0.conda': ['tool'],
      'middle-1.5-0.conda': ['tool'],
    });
    expect(report.proof.gained).toHaveLength(2);
    expect(await damage()).toEqual([]);
  });

  it('a second sync with nothing new asks upstream for no package and writes nothing', async () => {
    await lab.publish([small('tool 1.0', ['base']), small('base 1.0')]);
    await lab.sync(lab.allowlist(['tool']));
    const before = lab.upstream.requests.length;
    const report = await lab.sync(lab.allowlist(['tool']));
    expect(report.plan.add).toEqual([]);
    expect(report.plan.decisions).toEqual({});
    expect(report.indexed.every(({ changed }) => !changed)).toBe(true);
    expect(lab.upstream.requests.slice(before).filter((request) => request.endsWith('.conda'))).toEqual([]);
  });

  it('noarch and every configured platform are indexed even when they are empty', async () => {
    await lab.publish([small('tool 1.0')]);
    await lab.sync(lab.allowlist([{ spec: 'tool', platforms: ['linux-64'] }], { platforms: ['linux-64', 'win-64'] }));
    for (const subdir of ['noarch', 'win-64']) {
      expect(await names(subdir)).toEqual([]);
      expect((await readdir(join(lab.store, 'conda', subdir))).sort()).toEqual([
        'current_repodata.json',
        'repodata.json',
        'repodata.json.zst',
        'run_exports.json',
      ]);
    }
  });

  it('pip comes with python, and each python of the allowlist is solved on its own', async () => {
    await lab.publish([
      small('python 3.11.1'),
      small('python 3.12.1'),
      small('python 3.13.0'),
      small('pip 24.0', ['python']),
      small('app 1.0', ['python <3.12']),
      small('lib 2.0', ['python >=3.11']),
    ]);
    const report = await lab.sync(lab.allowlist(['app', 'lib'], { python: ['3.11', '3.12'] }));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual([
      'app-1.0-0.conda',
      'lib-2.0-0.conda',
      'pip-24.0-0.conda',
      'python-3.11.1-0.conda',
      'python-3.12.1-0.conda',
    ]);
    const tried = report.plan.entries.map(({ entry, python, status }) => `${entry} ${python} ${status}`);
    expect(tried).toEqual(['app 3.11 solved', 'app 3.12 unsolvable', 'lib 3.11 solved', 'lib 3.12 solved']);
  });

  it('without pip upstream python does not install as conda would install it, and the summary says so', async () => {
    await lab.publish([small('python 3.12.1'), small('app 1.0', ['python'])]);
    const report = await lab.sync(lab.allowlist(['app']));
    expect(report.problems).toEqual(['entry.unsolvable app on linux-64']);
    expect(await names()).toEqual([]);
  });

  it('an environment solves as a group, apart from its members', async () => {
    await lab.publish([
      small('base 1.0'),
      small('base 2.0'),
      small('old 1.0', ['base <2']),
      small('new 1.0', ['base']),
    ]);
    const report = await lab.sync(lab.allowlist(['new'], { environments: { course: ['new', 'old'] } }));
    expect(report.problems).toEqual([]);
    const why = Object.fromEntries(report.plan.artifacts.map((artifact) => [artifact.filename, artifact.why]));
    expect(why['base-1.0-0.conda']).toEqual(['environment:course']);
    expect(why['base-2.0-0.conda']).toEqual(['new']);
  });

  it('an entry that does not solve is named with the reason, and the others come in', async () => {
    await lab.publish([small('good 1.0'), small('bad 1.0', ['missing >=2'])]);
    const report = await lab.sync(lab.allowlist(['bad', 'good']));
    expect(report.problems).toEqual(['entry.unsolvable bad on linux-64']);
    expect(report.plan.problems[0]?.detail).toContain('missing >=2');
    expect(await names()).toEqual(['good-1.0-0.conda']);
  });
});

describe('a plan', () => {
  it('changes nothing and is the same bytes whatever the order of upstream', async () => {
    const packages = [
      small('tool 1.0', ['base']),
      small('base 1.0'),
      small('base 1.1'),
      small('base 1.1 1', [], { buildNumber: 1 }),
    ];
    await lab.publish(packages);
    const { plan } = await import('../../core/steps/plan.ts');
    const { planWorld } = await import('../../local/plan-world.ts');
    const first = planJson(
      await plan(
        lab.allowlist(['tool']),
        planWorld(lab.world, () => {}),
      ),
    );
    await lab.publish(packages.toReversed());
    const second = planJson(
      await plan(
        lab.allowlist(['tool']),
        planWorld(lab.world, () => {}),
      ),
    );
    expect(second).toBe(first);
    expect(await readdir(lab.store).catch(() => [])).not.toContain('conda');
  });
});

describe('what leaves', () => {
  it('with its entry goes exactly what only it needed; the bytes stay', async () => {
    await lab.publish([
      small('a 1.0', ['shared', 'only-a']),
      small('b 1.0', ['shared']),
      small('shared 1.0'),
      small('only-a 1.0'),
    ]);
    await lab.sync(lab.allowlist(['a', 'b']));
    const report = await lab.sync(lab.allowlist(['b']));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.conda', 'shared-1.0-0.conda']);
    expect(await lab.removed()).toEqual(['a-1.0-0.conda', 'only-a-1.0-0.conda']);
    expect(await readdir(join(lab.store, 'conda/linux-64'))).toContain('only-a-1.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('comes back without a download when its entry does', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.sync(lab.allowlist(['b']));
    const before = lab.upstream.requests.length;
    await lab.sync(lab.allowlist(['a', 'b']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    expect(lab.upstream.requests.slice(before).filter((request) => request.endsWith('.conda'))).toEqual([]);
  });

  it('a partial plan removes nothing', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    lab.intercept = (_request, response) => response.writeHead(500).end();
    const report = await lab.sync(lab.allowlist(['b']));
    lab.intercept = null;
    expect(report.plan.complete).toBe(false);
    expect(report.problems.length).toBeGreaterThan(0);
    expect(await names()).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  });

  it('what a solution left behind stays for 90 days and then goes', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0'), small('a 1.1')]);
    await lab.sync(lab.allowlist(['a']));
    lab.now += 89 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda']);
    lab.now += 2 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.1-0.conda']);
  });

  it('an entry that stopped solving keeps what it had', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0', ['base'])]);
    lab.now += 365 * day;
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.problems).toEqual(['entry.unsolvable a on linux-64']);
    expect(await names()).toEqual(['a-1.0-0.conda', 'base-1.0-0.conda']);
    expect(report.proof.proof.entries).toMatchObject([{ entry: 'a', installable: true }]);
  });

  it('a package that a person copied in is indexed and never leaves by itself', async () => {
    await lab.publish([small('a 1.0'), small('mine 1.0')]);
    await mkdir(join(lab.store, 'conda/linux-64'), { recursive: true });
    await copyFile(
      join(lab.upstreamFolder, 'linux-64/mine-1.0-0.conda'),
      join(lab.store, 'conda/linux-64/mine-1.0-0.conda'),
    );
    await lab.sync(lab.allowlist(['a']));
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'mine-1.0-0.conda']);
    expect(await damage()).toEqual([]);
  });
});

describe('what changes', () => {
  const broken = { 'a-1.0-0.conda': { depends: ['nowhere'] } };

  it('an upstream hotfix reaches the index without a download', async () => {
    await lab.publish([small('a 1.0', ['base >=1']), small('base 1.0'), small('base 2.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0', ['base >=1']), small('base 1.0'), small('base 2.0')], {
      'a-1.0-0.conda': { depends: ['base >=1,<2'] },
    });
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.problems).toEqual([]);
    expect(report.plan).toMatchObject({ change: ['linux-64/a-1.0-0.conda'], add: ['linux-64/base-1.0-0.conda'] });
    expect((await lab.index())['a-1.0-0.conda']?.depends).toEqual(['base >=1,<2']);
    expect((await lab.sync(lab.allowlist(['a']))).plan.change).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('one that would break an entry is held, the message says which entry, and the others go through', async () => {
    const packages = [small('a 1.0'), small('b 1.0', ['a']), small('c 1.0')];
    await lab.publish(packages);
    await lab.sync(lab.allowlist(['b', 'c']));
    await lab.publish(packages, { ...broken, 'c-1.0-0.conda': { depends: ['a'] } });
    const report = await lab.sync(lab.allowlist(['b', 'c']));
    expect(report.problems).toEqual([
      'entry.unsolvable b on linux-64',
      'entry.unsolvable c on linux-64',
      'held.change linux-64/a-1.0-0.conda',
    ]);
    expect(report.held).toMatchObject([{ detail: expect.stringContaining('would break b on linux-64') }]);
    const index = await lab.index();
    expect(index['a-1.0-0.conda']?.depends).toEqual([]);
    expect(index['c-1.0-0.conda']?.depends).toEqual(['a']);
    expect(report.proof.lost).toEqual([]);
  });

  it('a package that only waits for its retention follows its hotfixes too', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0'), small('a 1.1')], { 'a-1.0-0.conda': { depends: ['a-extra'] } });
    const first = await lab.sync(lab.allowlist(['a']));
    expect(first.problems).toEqual([]);
    expect((await lab.index())['a-1.0-0.conda']?.depends).toEqual(['a-extra']);
    lab.now += 91 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.1-0.conda']);
  });

  it('the second format of a stem is proved before it hides the first', async () => {
    const old = small('a 1.0', [], { format: '.tar.bz2' });
    await lab.publish([old, small('b 1.0', ['a'])]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.publish([old, small('a 1.0'), small('b 1.0', ['a'])]);
    const report = await lab.sync(lab.allowlist(['a', 'b']));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual(['a-1.0-0.tar.bz2', 'a-1.0-0.conda', 'b-1.0-0.conda']);
  });

  it('other bytes under a known name are an alarm and change nothing', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    const before = await lab.index();
    await lab.publish([small('a 1.0', [], { files: [{ path: 'x', content: 'evil' }] })]);
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.problems).toEqual(['fetch.mutated linux-64/a-1.0-0.conda']);
    expect(await lab.index()).toEqual(before);
    expect(await damage()).toEqual([]);
  });
});

describe('what an interrupted run left', () => {
  it('a package whose provenance came in before a hotfix is indexed with the hotfix at once', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    // Cut off between provenance and package, with no decision yet: what remains is the provenance.
    await rm(join(lab.store, 'conda'), { recursive: true });
    await rm(join(lab.store, '_gatehouse/control'), { recursive: true });
    await lab.publish([small('a 1.0'), small('b 1.0')], { 'a-1.0-0.conda': { depends: ['b'] } });
    await lab.sync(lab.allowlist(['a']));
    expect((await lab.index())['a-1.0-0.conda']?.depends).toEqual(['b']);
    expect(await damage()).toEqual([]);
  });
});
