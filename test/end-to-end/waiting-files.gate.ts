import { describe, expect, it } from 'vitest';
import { firstSeenPrefix } from '../../core/layout/gate-keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { plan } from '../../core/steps/plan.ts';
import type { Intercept } from '../../local/sample/serve-folder.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { openPlanGate } from '../../local/world/plan-gate.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

useLab();

const now = Date.parse('2026-06-15T12:00:00Z');
const wheelOf = (fileName: string, metadata = '') =>
  buildWheel({ fileName, metadata, files: { 'it.py': `x = "${fileName}"\n` } });

/** An index of PEP 503 alone: names and hashes, and no word of when; its server may say it of each file. */
const simpleIndex =
  (projects: Record<string, Record<string, { bytes: Uint8Array; modified?: number }>>): Intercept =>
  ({ url = '' }, response, next) => {
    const [, root, project = '', fileName = ''] = url.split('/');
    const files = projects[project];
    if (root !== 'simple') {
      response.setHeader('last-modified', new Date(now - 900 * day).toUTCString());
      return next();
    }
    if (files === undefined) return void response.writeHead(404).end();
    if (fileName === '') {
      const links = Object.entries(files).map(
        ([name, { bytes }]) => `<a href="${name}#sha256=${sha256Of(bytes)}">${name}</a>`,
      );
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<html><body>${links.join('\n')}</body></html>`);
    }
    const file = files[decodeURIComponent(fileName)];
    if (file === undefined) return void response.writeHead(404).end();
    const dated = file.modified === undefined ? {} : { 'last-modified': new Date(file.modified).toUTCString() };
    response.writeHead(200, dated).end(file.bytes);
  };

const allowing = (packages: readonly unknown[], waivers: readonly unknown[] = []) =>
  lab.allowlist(packages, {
    indexes: [`${lab.upstream.url}/simple`],
    mapping: 'none',
    waivers,
    policy: { coolDown: { local: true }, advisories: 'none' },
  });

const stems = async () => (await names('noarch')).map((name) => name.replace(/-pypi_.*$/, ''));

describe('files of an index that says nothing of their age', () => {
  const [old, young, lib] = ['tool-1.0-py3-none-any.whl', 'tool-2.0-py3-none-any.whl', 'lib-1.0-py3-none-any.whl'];
  const files = {
    tool: {
      [old]: { bytes: wheelOf(old, 'Requires-Dist: lib\n'), modified: now - 30 * day },
      [young]: { bytes: wheelOf(young, 'Requires-Dist: lib\n'), modified: now - day },
    },
    lib: { [lib]: { bytes: wheelOf(lib), modified: now - 30 * day } },
  };

  it('are as old as their server says: pip and conda get the same one, and what waits is told once', async () => {
    await lab.publish([small('python 3.12.1'), small('pip 24.0', ['python'])]);
    lab.intercept = simpleIndex(files);
    lab.now = now;
    const entries = [{ pypi: 'tool', dependencies: 'pypi' }];
    const first = await lab.sync(allowing(entries));
    expect(first.problems).toEqual([]);
    expect(first.plan.simple.add).toEqual([`simple/lib/${lib}`, `simple/tool/${old}`]);
    expect(await stems()).toEqual(['lib-1.0', 'tool-1.0']);
    const waiting = first.plan.waiting.map(({ id, code, until }) => [code, id.replace(/pypi_\w+/, 'pypi'), until]);
    expect(waiting).toEqual([
      ['C2.young', 'noarch/tool-2.0-pypi.conda', now + 6 * day],
      ['C2.young', `simple/tool/${young}`, now + 6 * day],
    ]);
    lab.now = now + 6 * day;
    const later = await lab.sync(allowing(entries));
    expect([later.problems, later.plan.waiting]).toEqual([[], []]);
    expect(await stems()).toContain('tool-2.0');
    expect(await damage()).toEqual([]);
  });

  it('enter by a waiver of the file, which the package that is made of it needs no other than', async () => {
    await lab.publish([small('python 3.12.1'), small('pip 24.0', ['python'])]);
    lab.intercept = simpleIndex(files);
    lab.now = now;
    const entries = [{ pypi: 'tool', dependencies: 'pypi' }];
    const waiver = {
      check: 'C2.young',
      sha256: sha256Of(wheelOf(young, 'Requires-Dist: lib\n')),
      reason: 'a fix',
      expires: '2026-07-30',
    };
    const { problems, plan: carried } = await lab.sync(allowing(entries, [waiver]));
    expect([problems, carried.waiting]).toEqual([[], []]);
    expect(carried.simple.add).toContain(`simple/tool/${young}`);
    expect(await stems()).toEqual(['lib-1.0', 'tool-2.0']);
    expect(await damage()).toEqual([]);
  });

  it('and whose server says nothing wait from the first sync on, which a plan only says', async () => {
    await lab.publish([small('python 3.12.1'), small('pip 24.0', ['python'])]);
    lab.intercept = simpleIndex({ lib: { [lib]: { bytes: wheelOf(lib) } } });
    lab.now = now;
    const allowlist = allowing([{ pypi: 'lib' }]);
    const world = { ...lab.world, log: () => {} };
    const shown = await plan(allowlist, {
      ...planWorld(lab.world, () => {}),
      planGate: openPlanGate(allowlist, world, { mayWrite: false }),
    });
    expect(shown.problems[0]?.detail).toContain('it waits from the first sync on that meets it');
    const seen = async () => {
      let files = 0;
      for await (const _ of lab.world.store.list(firstSeenPrefix)) files += 1;
      return files;
    };
    expect(await seen()).toBe(0);
    expect((await lab.sync(allowlist)).problems).toEqual(['entry.unsolvable pypi:lib on linux-64']);
    expect(await seen()).toBe(1);
    lab.now = now + 7 * day;
    expect((await lab.sync(allowlist)).problems).toEqual([]);
    expect(await stems()).toEqual(['lib-1.0']);
  });
});
