import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advisoriesKey, recalledKey, verdictsPrefix } from '../../core/layout/gate-keys.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Log } from '../../core/ports/log.ts';
import { sync } from '../../local/pipeline/sync.ts';
import { advise, allowing, onPypi, sweepAt, syncAt, uploaded } from '../support/advisories/incident.ts';
import { osvRecord } from '../support/advisories/osv-export.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { conda, listed, publicPlaces } from '../support/gate-tables/refused-input.ts';
import { pruneScene, withdrawn } from '../support/index/prune-scene.ts';
import { soundConda } from '../support/packages/sound-package.ts';

useLab();

const demo = soundConda({ payload: [{ name: 'lib/x', data: 'text' }] });
const wheel = uploaded('demo-1.0-py3-none-any.whl', '2020-01-01T00:00:00Z');
const key = 'simple/demo/demo-1.0-py3-none-any.whl';
const entries = [{ pypi: 'demo' }];
const started = '2026-03-20T00:00:00Z';
const later = '2026-03-24T11:00:00Z';

/** Every file below `conda/` and `simple/` that says something of others: indexes, pages, shards and states of pages. */
async function formsThatName(text: string): Promise<string[]> {
  const all = await readdir(lab.store, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of all.filter((each) => each.isFile())) {
    const path = join(file.parentPath, file.name).slice(lab.store.length + 1);
    if (!/^(?:conda|simple)\/.*\.(?:json|html)$/.test(path) || path.endsWith('notices.json')) continue;
    if ((await readFile(join(lab.store, path), 'utf8')).includes(text)) found.push(path);
  }
  return found;
}

async function servedDemo(policy: Readonly<Record<string, unknown>> = {}) {
  await onPypi({ demo: [wheel] });
  await advise(started);
  const allowlist = allowing(entries, policy);
  expect((await syncAt(started, allowlist)).problems).toEqual([]);
  const [package_ = ''] = await names('noarch');
  return { allowlist, package_ };
}

describe('a file that is served', () => {
  it('and becomes malicious is out of every index and page within one sweep, cannot be had, and is kept for the auditor', async () => {
    const { allowlist, package_ } = await servedDemo();
    await advise(later, osvRecord({ id: 'MAL-2026-1', project: 'demo', at: Date.parse(later), versions: ['1.0'] }));
    const { recalled } = await sweepAt(later, allowlist);
    expect(recalled.map(({ id, reason }) => `${id} ${reason.split(':', 1)[0]}`).sort()).toEqual([
      `noarch/${package_} C3.malicious`,
      `${key} C3.malicious`,
    ]);
    expect(await formsThatName('demo-1.0-py3')).toEqual([]);
    expect(await formsThatName(package_)).toEqual([]);
    for (const at of [key, `${key}.metadata`, `conda/noarch/${package_}`])
      expect(await lab.world.store.get(objectKeySchema.parse(at)), at).toBeNull();
    expect(await lab.world.store.get(recalledKey(sha256Of(wheel.bytes)))).not.toBeNull();
    expect(await readFile(join(lab.store, 'conda/notices.json'), 'utf8')).toContain('demo 1.0 was recalled');
    expect(await publicPlaces(wheel.bytes)).toEqual([]);
    expect(await damage()).toEqual([]);
    expect((await syncAt(later, allowlist)).add).toEqual([]);
  });

  it.each([
    ['is yanked by its index', { ...wheel, facts: { ...wheel.facts, yanked: 'broken' } }],
    ['is gone from its index', null],
  ])('and %s is flagged by the next sweep, and stays', async (_, file) => {
    const { allowlist, package_ } = await servedDemo();
    await onPypi({
      demo: [uploaded('demo-0.9-py3-none-any.whl', '2019-01-01T00:00:00Z'), ...(file === null ? [] : [file])],
    });
    const report = await sweepAt(later, allowlist);
    expect(report.recalled).toEqual([]);
    expect(JSON.stringify(report)).toContain('C5.yanked');
    expect(await names('noarch')).toEqual([package_]);
  });

  it('stays while advisories, index and mapping are down for a whole run, and nothing that is new passes', async () => {
    const { package_ } = await servedDemo();
    const verdicts = async () => {
      const found: string[] = [];
      for await (const { key: at } of lab.world.store.list(verdictsPrefix)) found.push(at);
      return found;
    };
    const before = await verdicts();
    await lab.world.store.delete(advisoriesKey);
    const down = allowing([...entries, 'fresh'], { advisories: `${lab.upstream.url}/osv.zip` });
    lab.intercept = (request, response, next) =>
      /simple|osv|mapping/.test(request.url ?? '') ? void response.writeHead(503).end() : next();
    const report = await syncAt(later, down);
    expect(report.problems).not.toEqual([]);
    expect(report.add).toEqual([]);
    expect(await names('noarch')).toEqual([package_]);
    expect(await verdicts()).toEqual(before);
    expect((await sweepAt(later, down)).recalled).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});

describe('a cool-down', () => {
  it('is as long by a clock that is 48 hours late', async () => {
    await onPypi({ demo: [uploaded('demo-1.0-py3-none-any.whl', started)] });
    await advise(later);
    const allowlist = allowing(entries);
    const at = (days: number) => new Date(Date.parse(started) + days * day).toISOString();
    expect((await syncAt(at(-2), allowlist)).add).toEqual([]);
    const early = await syncAt(at(6.9), allowlist);
    expect([early.add, early.waiting]).toEqual([[], expect.arrayContaining([`C2.young ${key}`])]);
    await advise(at(7));
    expect((await syncAt(at(7), allowlist)).add).toContain(key);
  });
});

describe('what was staged and is changed before it is published', () => {
  it('is not published: what is copied is what was judged, or nothing', async () => {
    await lab.publish([listed(conda, demo), small('sound 1.0')]);
    const { store } = lab.world;
    const incoming = join(lab.store, '_gatehouse/incoming');
    let changed = 0;
    /** Somebody else writes into what is on its way in, once it was judged. */
    const meddle: Log = (event) => {
      if (event.type !== 'gate.judged' || !event.id.endsWith(conda)) return;
      const paths = readdirSync(incoming).map((name) => join(incoming, name));
      for (const path of paths.filter((each) => readFileSync(each).equals(demo))) {
        writeFileSync(path, Buffer.from(demo).fill(1, 40, 50));
        changed += 1;
      }
    };
    const report = await sync(lab.allowlist(['demo', 'sound']), lab.world, meddle, { yes: true });
    expect(changed).toBeGreaterThan(0);
    expect(report.failed).toMatchObject([{ subject: `linux-64/${conda}` }]);
    expect(await store.get(objectKeySchema.parse(`conda/linux-64/${conda}`))).toBeNull();
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect((await lab.sync(lab.allowlist(['demo', 'sound']))).problems).toEqual([]);
    expect(await publicPlaces(demo)).toEqual([`conda/linux-64/${conda}`]);
    expect(await damage()).toEqual([]);
  });
});

describe('a prune', () => {
  it('at any moment of a rebuild deletes nothing that an index names, or named these days', async () => {
    for (let at = 1, calls = at; at <= calls; at += 5) {
      let count = 0;
      let isOn = false;
      const scene = pruneScene({
        before: async () => {
          if (!isOn) return;
          count += 1;
          if (count === at) {
            isOn = false;
            await scene.prune();
            isOn = true;
          }
        },
      });
      for (const name of ['a-1-0.conda', 'b-1-0.conda', 'c-1-0.conda']) await scene.fetched(name);
      await scene.decide({ 'a-1-0.conda': withdrawn(scene.now), 'c-1-0.conda': withdrawn(scene.now + 85 * day) });
      scene.now += 91 * day;
      await scene.copy('d-1-0.conda');
      isOn = true;
      await scene.index();
      isOn = false;
      calls = count;
      await scene.index();
      expect(await scene.damage(), `at call ${at}`).toEqual([]);
      for (const name of ['b', 'c', 'd'])
        expect(scene.has(`conda/linux-64/${name}-1-0.conda`), `at call ${at}`).toBe(true);
    }
  });
});
