import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../adapters/solver-rattler.ts';
import { parsePatchInstructions } from '../../core/forms/hotfix/patch-instructions.ts';
import { parseJson } from '../../core/json.ts';
import { verify } from '../../core/steps/verify.ts';
import { subdirSchema } from '../../core/subdir.ts';
import { planJson } from '../../local/render/plan-json.ts';
import { planMarkdown } from '../../local/render/plan-markdown.ts';
import { planText } from '../../local/render/plan-text.ts';
import { syncSummary } from '../../local/render/sync-summary.ts';
import { syncProblems, sync as syncWith } from '../../local/sync.ts';
import { type Lab, small, startLab } from '../support/start-lab.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const linux = subdirSchema.parse('linux-64');
let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const forms = ['repodata_from_packages.json'];
const names = async () => Object.keys(await lab.index());
const dependsOf = async (filename: string) => (await lab.index())[filename]?.depends;

/** A sync under the organisation's own hotfixes for linux-64; its problems as `code subject: detail`. */
async function sync(packages: readonly string[], instructions: object = {}) {
  const text = JSON.stringify({ patch_instructions_version: 1, ...instructions });
  const patches = new Map([[linux, parsePatchInstructions(text, 'patches/linux-64.json')]]);
  const report = await syncWith(lab.allowlist(packages, { forms }), { ...lab.world, solver, patches }, () => {});
  const problems = syncProblems(report).map(({ code, subject, detail }) => `${code} ${subject}: ${detail}`);
  return { ...report, problems };
}

async function unpatched(): Promise<Record<string, { depends: string[] }>> {
  const schema = z.object({ 'packages.conda': z.record(z.string(), z.looseObject({ depends: z.array(z.string()) })) });
  const text = await readFile(join(lab.store, 'conda/linux-64/repodata_from_packages.json'), 'utf8');
  return parseJson(text, schema, 'repodata_from_packages.json')['packages.conda'];
}

const depends = (filename: string, ...specs: string[]) => ({ 'packages.conda': { [filename]: { depends: specs } } });
const app = 'app-1.0-0.conda';
const lib = 'lib-1.0-0.conda';

describe("an organisation's own hotfix", () => {
  beforeEach(() => lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('lib 2.0'), small('extra 1.0')]));
  afterEach(async () => {
    const { problems } = await verify([linux], { ...lab.world, log: () => {} });
    expect(problems).toEqual([]);
  });

  it('changes the record of a package that is there, and goes as it came', async () => {
    await sync(['app', 'lib 1.*']);
    const before = await lab.index();
    const report = await sync(['app', 'lib 1.*'], depends(app, 'lib <2'));
    expect(report.problems).toEqual([]);
    expect(report.plan.hotfix).toEqual([`linux-64/${app}`]);
    expect(report.applied.hotfixed).toEqual([`linux-64/${app}`]);
    expect(planText(report.plan)).toContain(`~ linux-64/${app}  your own hotfix of it changes\n`);
    expect(planText(report.plan)).toContain('0 to drop, 1 to hotfix');
    expect(planMarkdown(report.plan)).toContain('### Hotfix\n\n| package | | | |');
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
