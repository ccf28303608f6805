import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planJson, planText } from '../../local/render/plan.ts';
import { planMarkdown } from '../../local/render/plan-markdown.ts';
import { syncSummary } from '../../local/render/sync.ts';
import { app, depends, dependsOf, lib, sync, unpatched, useHotfixLab } from '../support/cli/hotfix-lab.ts';
import { lab, names } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useHotfixLab();

describe("an organisation's own hotfix", () => {
  it('changes the record of a package that is there, and goes as it came', async () => {
    await sync(['app', 'lib 1.*']);
    const before = await lab.index();
    const report = await sync(['app', 'lib 1.*'], depends(app, 'lib <2'));
    expect(report.problems).toEqual([]);
    expect(report.plan.hotfix).toEqual([`linux-64/${app}`]);
    expect(report.applied.hotfixed).toEqual([`linux-64/${app}`]);
    expect(planText(report.plan)).toContain(`~ linux-64/${app}  your own hotfix of it changes\n`);
    expect(planText(report.plan)).toContain('0 to drop, 1 to hotfix');
    expect(planMarkdown(report.plan)).toContain('### Hotfix\n\n| package |');
    expect(JSON.parse(planJson(report.plan))).toMatchObject({ hotfix: [`linux-64/${app}`], change: [] });
    expect(syncSummary(report, [])).toContain('changed 0, dropped 0, hotfixed 1; 3 packages');
    expect(await dependsOf(app)).toEqual(['lib <2']);
    expect((await unpatched())[app]?.depends).toEqual(['lib']);
    const again = await sync(['app', 'lib 1.*'], depends(app, 'lib <2'));
    expect([again.plan.hotfix, again.plan.decisions, again.plan.alterations]).toEqual([[], {}, {}]);
    expect((await sync(['app', 'lib 1.*'])).plan.hotfix).toEqual([`linux-64/${app}`]);
    expect(await lab.index()).toEqual(before);
  });

  it('comes in with a package, and decides what is fetched with it', async () => {
    const report = await sync(['app'], depends(app, 'lib <2', 'extra'));
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual([app, 'extra-1.0-0.conda', lib]);
    expect(await dependsOf(app)).toEqual(['lib <2', 'extra']);
    expect((await unpatched())[app]?.depends).toEqual(['lib']);
  });

  it('of a package that is not there is remembered by the file alone', async () => {
    const report = await sync(['lib'], depends(app, 'extra'));
    expect(report.problems).toEqual([]);
    expect(JSON.stringify([report.plan.decisions, report.plan.alterations])).not.toContain('hotfix');
  });

  it('takes a package out, and another comes in its place', async () => {
    await sync(['app']);
    expect(await names()).toContain('lib-2.0-0.conda');
    const report = await sync(['app'], { remove: ['lib-2.0-0.conda'] });
    expect(report.problems).toEqual([]);
    expect(await names()).toEqual([app, lib]);
    expect(await lab.removed()).toEqual(['lib-2.0-0.conda']);
    expect(Object.keys(await unpatched())).toContain('lib-2.0-0.conda');
    expect((await sync(['app'], { remove: ['lib-2.0-0.conda'] })).plan.decisions).toEqual({});
    await sync(['app']);
    expect(await lab.removed()).toEqual([]);
    expect(await names()).toContain('lib-2.0-0.conda');
  });

  it('revokes as conda does: listed, and nothing can install it', async () => {
    await sync(['app', 'lib 1.*']);
    const report = await sync(['app', 'lib 1.*'], { revoke: ['lib-2.0-0.conda'] });
    expect(report.problems).toEqual([]);
    expect((await lab.index())['lib-2.0-0.conda']).toMatchObject({
      revoked: true,
      depends: ['package_has_been_revoked'],
    });
    expect((await unpatched())['lib-2.0-0.conda']).not.toHaveProperty('revoked');
  });

  it('stays on top when upstream changes the record, and upstream counts again once it is gone', async () => {
    const mine = { 'packages.conda': { [app]: { license: 'Mine' } } };
    await sync(['app'], mine);
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('lib 2.0'), small('extra 1.0')], {
      [app]: { depends: ['lib', 'extra'], license: 'Theirs' },
    });
    const report = await sync(['app'], mine);
    expect(report.problems).toEqual([]);
    expect(report.plan.change).toEqual([`linux-64/${app}`]);
    expect((await lab.index())[app]).toMatchObject({ depends: ['lib', 'extra'], license: 'Mine' });
    expect((await unpatched())[app]).toMatchObject({ depends: ['lib', 'extra'], license: 'Theirs' });
    await sync(['app']);
    expect((await lab.index())[app]).toMatchObject({ license: 'Theirs' });
  });

  it('of a package copied in by hand counts from the first index on', async () => {
    const extra = 'extra-1.0-0.conda';
    await sync(['app']);
    await copyFile(join(lab.upstreamFolder, 'linux-64', extra), join(lab.store, 'conda/linux-64', extra));
    const reports = [await sync(['app'], { remove: [extra] })];
    expect(await names()).not.toContain(extra);
    reports.push(await sync(['app'], depends(extra, 'lib')));
    expect(await dependsOf(extra)).toEqual(['lib']);
    reports.push(await sync(['app']));
    expect(await dependsOf(extra)).toEqual([]);
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(reports.map(({ plan }) => plan.hotfix)).toEqual([[], [`linux-64/${extra}`], [`linux-64/${extra}`]]);
  });
});
