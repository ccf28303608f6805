import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plan } from '../../core/steps/plan.ts';
import { fetchJobs } from '../../local/pipeline/fetch-jobs.ts';
import { planText } from '../../local/render/plan.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { damage, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { testGate } from '../support/gate/test-gate.ts';

useLab();

describe('a plan that nothing of solves', () => {
  it('is one all the same where it empties the channel', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    const emptying = await plan(
      lab.allowlist(['zzz']),
      planWorld(lab.world, () => {}),
    );
    expect(planText(emptying)).toMatch(/\n0 packages needed: 0 to fetch, 0 to change, 1 to drop/);
    const [nothing] = planText(
      await plan(
        lab.allowlist(['a', 'zzz']),
        planWorld(lab.world, () => {}),
      ),
    ).split('\n');
    expect(nothing).toMatch(/^1 packages? needed: 0 to fetch/);
  });
});

it('a sync keeps the records that it read for the next plan', async () => {
  await lab.publish([small('a 1.0')]);
  const allowlist = lab.allowlist(['a']);
  await lab.sync(allowlist);
  const kept = await Promise.all(
    allowlist.channels.map((channel) => lab.world.cache.get(`gatehouse:records ${channel} linux-64`)),
  );
  expect(kept.filter((document) => document !== null)).toHaveLength(1);
});

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

  it('cut off after its last fetch: what came counts when the next run proves what may leave', async () => {
    const log = () => {};
    await lab.publish([small('app 1.0')]);
    await lab.sync(lab.allowlist(['app ==1.0']));
    await lab.publish([small('app 1.0'), small('app 2.0')]);
    await fetchJobs(
      await plan(lab.allowlist(['app']), planWorld(lab.world, log)),
      { ...lab.world, gate: testGate(lab.world.store) },
      log,
    );
    expect((await lab.sync(lab.allowlist(['app']))).problems).toEqual([]);
    expect(Object.keys(await lab.index())).toEqual(['app-2.0-0.conda']);
  });
});
