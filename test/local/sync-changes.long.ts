import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PackageIndex } from '../../local/sample/package-metadata.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

const patch = (filename: string, depends: string[]): Record<string, PackageIndex> => ({ [filename]: { depends } });

/** Answers 404 for these file names from now on. */
const withhold = (...files: string[]) => {
  lab.intercept = (request, response, next) =>
    files.some((file) => request.url?.endsWith(file)) ? void response.writeHead(404).end() : next();
};

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

  it('but for what leaves: it is planned anew without what cannot be fetched', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0'), small('c 1.0')]);
    await lab.sync(lab.allowlist(['a', 'c']));
    withhold('b-1.0-0.conda');
    const cut = await lab.sync(lab.allowlist(['b', 'c']));
    expect(cut.applied.dropped).toEqual(['linux-64/a-1.0-0.conda']);
    expect(cut.failed.map(({ subject }) => subject)).toEqual(['linux-64/b-1.0-0.conda']);
    expect(await names()).toEqual(['c-1.0-0.conda']);
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
    // Held again, a day later: nothing new is decided.
    lab.now += day;
    const again = await lab.sync(lab.allowlist(['old', 'b']));
    expect(again.problems).toEqual(report.problems);
    expect([again.plan.decisions, again.plan.alterations]).toEqual([{}, {}]);
    expect(again.indexed.map(({ generation }) => generation)).toEqual(report.indexed.map((one) => one.generation));
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
    lab.now += day;
    const { plan } = await lab.sync(lab.allowlist(['old', 'b']));
    expect([plan.decisions, plan.alterations]).toEqual([{}, {}]);
  });
});
