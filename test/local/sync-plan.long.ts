import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planJson } from '../../local/render/plan.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';

useLab();

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
    const { planWorld } = await import('../../local/world/open-world.ts');
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

it('what a spec says beyond a solver is heeded: a file name picks its build, in the plan and in the proof', async () => {
  await lab.publish([small('a 1.0 0'), small('a 1.0 1', [], { buildNumber: 1 })]);
  const report = await lab.sync(lab.allowlist(['a[fn=a-1.0-0.conda]', 'a']));
  expect(report.problems).toEqual([]);
  expect(report.plan.entries.map(({ artifacts }) => artifacts)).toEqual([
    ['linux-64/a-1.0-0.conda'],
    ['linux-64/a-1.0-1.conda'],
  ]);
});

describe('pythons', () => {
  it('the plan names entries that share none', async () => {
    await lab.publish([
      small('python 3.11.0'),
      small('python 3.12.0'),
      small('pip 24.0', ['python']),
      small('old 1.0', ['python <3.12']),
      small('new 1.0', ['python >=3.12']),
      small('any 1.0', ['python']),
      small('none 1.0'),
    ]);
    const report = await lab.sync(lab.allowlist(['old', 'new', 'any', 'none'], { python: ['3.11', '3.12'] }));
    expect(report.plan.apart).toEqual([{ platform: 'linux-64', entries: ['old', 'new'] }]);
  });
});

it('the plan that jobs name is at rest', async () => {
  await lab.publish([small('a 1.0')]);
  await lab.sync(lab.allowlist(['a']));
  expect(await readdir(join(lab.store, '_gatehouse/plans'))).toHaveLength(1);
});

describe('two channels', () => {
  let other: Lab;
  beforeEach(async () => {
    other = await startLab();
  });
  afterEach(() => other[Symbol.asyncDispose]());
  const both = () => ({ channels: [lab.upstream.url, other.upstream.url] });

  it("an entry's channel decides where it comes from, and its dependencies follow priority", async () => {
    await lab.publish([small('a 1.0'), small('base 1.0')]);
    await other.publish([small('a 2.0', ['base']), small('base 2.0')]);
    const report = await lab.sync(lab.allowlist([{ spec: 'a', channel: other.upstream.url }], both()));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual(['a-2.0-0.conda', 'base-1.0-0.conda']);
  });

  it('one file name wanted from both is a conflict, and the entry that lost it has not solved', async () => {
    await lab.publish([small('good 1.0', ['base']), small('base 1.0')]);
    await other.publish([small('base 1.0', [], { files: [{ path: 'x', content: 'other' }] })]);
    const packages = ['good', { spec: 'base', channel: other.upstream.url }];
    const report = await lab.sync(lab.allowlist(packages, both()));
    expect(report.problems).toContain('plan.conflict linux-64/base-1.0-0.conda');
    expect(report.problems).toContain('solver.failed base on linux-64');
    expect(report.plan.complete).toBe(false);
    expect(await names()).toEqual(['base-1.0-0.conda', 'good-1.0-0.conda']);
  });
});

describe('a record without hashes', () => {
  const none = { sha256: null, md5: null };

  it.each([none, { sha256: null, size: null }, { ...none, size: null }])(
    'fails its entry in the plan already, and takes nothing of it: %j',
    async (missing) => {
      await lab.publish([small('good 1.0'), small('bad 1.0', ['base']), small('base 1.0')], {
        'base-1.0-0.conda': missing,
      });
      const report = await lab.sync(lab.allowlist(['good', 'bad']));
      expect(report.plan).toMatchObject({
        complete: false,
        add: ['linux-64/good-1.0-0.conda'],
        entries: [
          { entry: 'good', status: 'solved' },
          { entry: 'bad', status: 'failed', artifacts: [] },
        ],
      });
      expect(report.plan.problems).toContainEqual({
        code: 'fetch.unverifiable',
        subject: 'linux-64/base-1.0-0.conda',
        detail: expect.stringContaining('neither its sha256, nor its md5 and size'),
        hint: expect.stringContaining('another build'),
      });
      expect(report.failed).toEqual([]);
      expect(await names()).toEqual(['good-1.0-0.conda']);
    },
  );

  it('that no entry needs is no problem, and an md5 with a size is enough', async () => {
    await lab.publish([small('a 1.0'), small('a 0.9')], { 'a-0.9-0.conda': none, 'a-1.0-0.conda': { sha256: null } });
    const report = await lab.sync(lab.allowlist(['a']));
    expect([report.problems, await names()]).toEqual([[], ['a-1.0-0.conda']]);
  });
});
