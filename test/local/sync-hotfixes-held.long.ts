import { describe, expect, it } from 'vitest';
import { app, depends, dependsOf, lib, sync, useHotfixLab } from '../support/cli/hotfix-lab.ts';
import { lab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useHotfixLab();

describe("an organisation's own hotfix", () => {
  it.each([
    ['sets depends', depends(app, 'nobody'), app, 'patches/linux-64.json sets depends'],
    ['removes', { remove: [app] }, app, 'patches/linux-64.json removes it'],
    ['revokes', { revoke: [lib, 'lib-2.0-0.conda'] }, lib, 'patches/linux-64.json revokes it'],
  ])('that would break an entry is held, by name, and nothing else with it: %s', async (_, wrong, filename, reason) => {
    await sync(['app', 'lib 1.*', 'extra']);
    const before = await lab.index();
    const both = { ...wrong, packages: { 'extra-1.0-0.tar.bz2': { license: 'Patched' } } };
    const report = await sync(['app', 'lib 1.*', 'extra'], both);
    const held = report.problems.filter((problem) => problem.startsWith(`held.hotfix linux-64/${filename}`));
    expect(held).toEqual([expect.stringContaining(`${reason}; not done, since this would break`)]);
    expect(held[0]).toMatch(/would break .*(app|lib 1\.\*) on linux-64/);
    expect(report.applied.hotfixed).toContain('linux-64/extra-1.0-0.conda');
    const { 'extra-1.0-0.conda': extra, ...rest } = await lab.index();
    expect(extra).toMatchObject({ license: 'Patched' });
    expect({ ...rest, 'lib-2.0-0.conda': 0 }).toEqual({
      ...before,
      'extra-1.0-0.conda': undefined,
      'lib-2.0-0.conda': 0,
    });
    expect(report.proof.lost).toEqual([]);
  });

  it('that is held keeps no change of upstream back', async () => {
    await sync(['app', 'lib 1.*']);
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('lib 2.0')], {
      [app]: { depends: ['lib <2'] },
    });
    const report = await sync(['app', 'lib 1.*'], { remove: [app] });
    expect(report.problems).toContainEqual(expect.stringContaining(`held.hotfix linux-64/${app}`));
    expect(await dependsOf(app)).toEqual(['lib <2']);
  });

  it('is proved on top of what upstream changed in the same run', async () => {
    await sync(['app', 'extra']);
    const packages = [small('app 1.0', ['lib']), small('lib 1.0'), small('lib 2.0'), small('extra 1.0')];
    const apart = { constrains: ['extra <1'] };
    await lab.publish(packages, { [lib]: apart, 'lib-2.0-0.conda': apart });
    const report = await sync(['app', 'extra'], depends(app, 'lib', 'extra'));
    expect(report.plan.change).toEqual(['linux-64/lib-2.0-0.conda']);
    expect(report.problems).toContainEqual(expect.stringContaining(`held.hotfix linux-64/${app}`));
    expect(report.proof.lost).toEqual([]);
  });

  it('is proved with the second format of a stem that it comes in with', async () => {
    const old = small('b 1.0', [], { format: '.tar.bz2' });
    const others = [small('old 1.0', ['b', 'c <2']), small('c 1.0'), small('c 2.0')];
    await lab.publish([old, ...others]);
    await sync(['old', 'b']);
    await lab.publish([old, small('b 1.0'), ...others]);
    const report = await sync(['old', 'b'], depends('b-1.0-0.conda', 'c >=2'));
    expect(report.problems).toContainEqual(expect.stringContaining('held.second-format linux-64/b-1.0-0.conda'));
    expect(report.proof.lost).toEqual([]);
  });

  it('of a .tar.bz2 goes for its twin too, and each is proved', async () => {
    await sync(['app', 'lib 1.*']);
    const old = small('lib 1.0', [], { format: '.tar.bz2' });
    await lab.publish([small('app 1.0', ['lib']), old, small('extra 1.0')]);
    await sync(['app', 'lib 1.*']);
    // A .tar.bz2's hotfix means its twin too.
    const report = await sync(['app', 'lib 1.*'], { packages: { 'lib-1.0-0.tar.bz2': { depends: ['nobody'] } } });
    expect(report.problems.filter((problem) => problem.startsWith('held.hotfix'))).toHaveLength(1);
    expect(report.proof.lost).toEqual([]);
  });

  it('waits, where it alters the index, until everything is fetched', async () => {
    await sync(['app']);
    lab.intercept = (request, response, next) =>
      request.url?.includes('/extra-') ? void response.writeHead(404).end() : next();
    const cut = await sync(['app'], depends(app, 'lib', 'extra'));
    expect(cut.applied.hotfixed).toEqual([]);
    expect(await dependsOf(app)).toEqual(['lib']);
    lab.intercept = null;
    expect((await sync(['app'], depends(app, 'lib', 'extra'))).problems).toEqual([]);
    expect(await dependsOf(app)).toEqual(['lib', 'extra']);
  });
});
