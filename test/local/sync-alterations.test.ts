import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Solver } from '../../core/ports/solver.ts';
import type { PackageIndex } from '../../local/sample/package-index.ts';
import { type Lab, small, startLab } from '../support/start-lab.ts';

const day = 24 * 60 * 60 * 1000;

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const names = async (subdir?: string) => Object.keys(await lab.index(subdir));
const patch = (filename: string, depends: string[]): Record<string, PackageIndex> => ({ [filename]: { depends } });

/** Answers 404 for these file names from now on. */
const withhold = (...files: string[]) => {
  lab.intercept = (request, response, next) =>
    files.some((file) => request.url?.endsWith(file)) ? void response.writeHead(404).end() : next();
};

describe('what was proved with everything fetched waits until everything is', () => {
  it('a changed record', async () => {
    await lab.publish([small('a 1.0'), small('extra 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0'), small('extra 1.0')], patch('a-1.0-0.conda', ['extra']));
    withhold('extra-1.0-0.conda');
    const cut = await lab.sync(lab.allowlist(['a']));
    expect(cut.problems).toContain('upstream.status linux-64/extra-1.0-0.conda');
    expect(cut.proof.lost).toEqual([]);
    expect(cut.applied).toEqual({ changed: [], dropped: [], hotfixed: [] });
    lab.intercept = null;
    const whole = await lab.sync(lab.allowlist(['a']));
    expect(whole.problems).toEqual([]);
    expect(whole.applied.changed).toEqual(['linux-64/a-1.0-0.conda']);
  });

  it('a second format, which is not even fetched', async () => {
    const old = small('b 1.0', [], { format: '.tar.bz2' });
    await lab.publish([old]);
    await lab.sync(lab.allowlist(['b']));
    await lab.publish([old, small('b 1.0', ['z']), small('z 1.0')]);
    withhold('z-1.0-0.conda');
    const cut = await lab.sync(lab.allowlist(['b']));
    expect(cut.proof.lost).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.tar.bz2']);
    lab.intercept = null;
    expect((await lab.sync(lab.allowlist(['b']))).problems).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.tar.bz2', 'b-1.0-0.conda', 'z-1.0-0.conda']);
  });

  it('what leaves', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    withhold('b-1.0-0.conda');
    const cut = await lab.sync(lab.allowlist(['b']));
    expect(cut.applied.dropped).toEqual([]);
    expect(await names()).toEqual(['a-1.0-0.conda']);
  });
});

describe('a second format is proved', () => {
  it('and held when it would break an entry that pins what it hides', async () => {
    // conda hides the .tar.bz2 behind the .conda: "old" can then no longer be met, and "app" moved on already.
    const old = small('b 1.0', [], { format: '.tar.bz2' });
    await lab.publish([old, small('old 1.0', ['b', 'c <2']), small('c 1.0')]);
    await lab.sync(lab.allowlist(['old', 'b']));
    await lab.publish([
      old,
      small('b 1.0', ['c >=2']),
      small('old 1.0', ['b', 'c <2']),
      small('c 1.0'),
      small('c 2.0'),
    ]);
    const report = await lab.sync(lab.allowlist(['old', 'b']));
    expect(report.problems).toContain('held.second-format linux-64/b-1.0-0.conda');
    expect(report.plan.problems.find(({ code }) => code === 'held.second-format')?.detail).toContain(
      'break old on linux-64',
    );
    expect(await names()).not.toContain('b-1.0-0.conda');
    expect(report.proof.lost).toEqual([]);
  });

  it('when a killed run left it in the store, too', async () => {
    const old = small('b 1.0', [], { format: '.tar.bz2' });
    const parts = [small('old 1.0', ['b', 'c <2']), small('c 1.0')];
    await lab.publish([old, ...parts]);
    await lab.sync(lab.allowlist(['old', 'b']));
    const index = await lab.index();
    await lab.publish([old, small('b 1.0', ['c >=2']), ...parts, small('c 2.0')]);
    await copyFile(join(lab.upstreamFolder, 'linux-64/b-1.0-0.conda'), join(lab.store, 'conda/linux-64/b-1.0-0.conda'));
    const report = await lab.sync(lab.allowlist(['old', 'b']));
    expect(report.problems).toContain('held.second-format linux-64/b-1.0-0.conda');
    expect(Object.keys(index)).not.toContain('b-1.0-0.conda');
    expect(await names()).not.toContain('b-1.0-0.conda');
    // Held again, a day later: nothing new is decided.
    lab.now += day;
    const again = await lab.sync(lab.allowlist(['old', 'b']));
    expect(again.problems).toEqual(report.problems);
    expect([again.plan.decisions, again.plan.alterations]).toEqual([{}, {}]);
    expect(again.indexed.map(({ generation }) => generation)).toEqual(report.indexed.map((one) => one.generation));
  });
});

it('an entry that installs neither way holds up no alteration', async () => {
  await lab.publish([small('a 1.0'), small('never 1.0', ['nowhere'])]);
  await lab.sync(lab.allowlist(['a', 'never']));
  await lab.publish([small('a 1.0'), small('never 1.0', ['nowhere']), small('b 1.0')], patch('a-1.0-0.conda', ['b']));
  const report = await lab.sync(lab.allowlist(['a', 'never']));
  expect(report.problems).toEqual(['entry.unsolvable never on linux-64']);
  expect(report.applied.changed).toEqual(['linux-64/a-1.0-0.conda']);
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

describe('failing closed', () => {
  /** The lab's solver, broken for every pool that holds this spec. */
  const breaking = (spec: string, inner: Solver): Solver => ({
    solve: async (pool, specs) =>
      specs.includes(spec) ? { status: 'failed', explanation: 'a panic' } : inner.solve(pool, specs),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  });

  it('a solver that breaks says nothing: what its entry had stays, and no alteration goes through unproved', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.publish(
      [small('a 1.0', ['base']), small('base 1.0'), small('b 1.0')],
      patch('base-1.0-0.conda', ['nowhere']),
    );
    Object.assign(lab.world, { solver: breaking('a', lab.world.solver) });
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.plan.complete).toBe(false);
    expect(report.problems).toContain('held.change linux-64/base-1.0-0.conda');
    expect((await lab.index())['base-1.0-0.conda']?.depends).toEqual([]);
    expect(await names()).toContain('b-1.0-0.conda');
  });

  it('an entry that stopped solving keeps what it had, retention over or not', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0', ['base']), small('base 1.0'), small('a 1.1', ['base'])]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.1', ['base'])]);
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda', 'base-1.0-0.conda']);
  });

  it('a claim stands while its entry does not solve, so that another entry leaving takes nothing from it', async () => {
    const parts = [small('a 1.0', ['p']), small('b 1.0', ['p'])];
    await lab.publish([...parts, small('p 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.publish([small('a 1.0', ['p']), small('p 1.0'), small('b 1.0', ['p', 'nowhere'])]);
    await lab.sync(lab.allowlist(['a', 'b']));
    const report = await lab.sync(lab.allowlist(['b']));
    expect(report.plan.drop).toEqual(['linux-64/a-1.0-0.conda']);
    expect(report.held).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.conda', 'p-1.0-0.conda']);
  });
});

describe('retention', () => {
  it('is over in time for an entry that never solves with one of the pythons', async () => {
    const pythons = [small('python 3.11.0'), small('python 3.12.0'), small('pip 24.0', ['python'])];
    const app = small('app 1.0', ['python <3.12']);
    await lab.publish([...pythons, app]);
    const allowlist = () => lab.allowlist(['app'], { python: ['3.11', '3.12'] });
    await lab.sync(allowlist());
    await lab.publish([...pythons, app, small('app 1.1', ['python <3.12'])]);
    await lab.sync(allowlist());
    lab.now += 91 * day;
    await lab.sync(allowlist());
    expect(await names()).not.toContain('app-1.0-0.conda');
  });

  it('a respelled entry is the same entry', async () => {
    await lab.publish([small('a 1.0')]);
    await lab.sync(lab.allowlist(['a >=1']));
    await lab.publish([small('a 1.0'), small('a 1.1')]);
    await lab.sync(lab.allowlist(['a >=1']));
    await lab.sync(lab.allowlist(['a>=1']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda']);
  });

  it('noarch packages wait like all others while some platform has their entry', async () => {
    const pure = (version: string) => small(`pure ${version}`, [], { subdir: 'noarch', noarch: 'generic' });
    await lab.publish([pure('1.0')]);
    await lab.sync(lab.allowlist(['pure']));
    await lab.publish([pure('1.0'), pure('1.1')]);
    await lab.sync(lab.allowlist(['pure']));
    expect(await names('noarch')).toEqual(['pure-1.0-0.conda', 'pure-1.1-0.conda']);
  });

  it('a package that a person copied in stays, though an entry came to need it and left', async () => {
    await lab.publish([small('mine 1.0'), small('b 1.0', ['mine']), small('c 1.0')]);
    await mkdir(join(lab.store, 'conda/linux-64'), { recursive: true });
    await copyFile(
      join(lab.upstreamFolder, 'linux-64/mine-1.0-0.conda'),
      join(lab.store, 'conda/linux-64/mine-1.0-0.conda'),
    );
    await lab.sync(lab.allowlist(['c']));
    await lab.sync(lab.allowlist(['b', 'c']));
    await lab.sync(lab.allowlist(['c']));
    expect(await names()).toEqual(['c-1.0-0.conda', 'mine-1.0-0.conda']);
  });
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

it('the proof sees what conda sees: a .tar.bz2 behind its .conda is hidden', async () => {
  await lab.publish([small('a 1.0', [], { format: '.tar.bz2' })]);
  await lab.sync(lab.allowlist(['a']));
  const elsewhere = await startLab();
  await elsewhere.publish([small('a 1.0', ['nowhere'])]);
  await copyFile(
    join(elsewhere.upstreamFolder, 'linux-64/a-1.0-0.conda'),
    join(lab.store, 'conda/linux-64/a-1.0-0.conda'),
  );
  await elsewhere[Symbol.asyncDispose]();
  const report = await lab.sync(lab.allowlist(['a']));
  expect(report.proof.lost).toMatchObject([{ entry: 'a', installable: false }]);
});
