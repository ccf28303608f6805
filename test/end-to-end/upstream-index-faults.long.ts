import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { planJson } from '../../local/render/plan.ts';
import { planMarkdown } from '../../local/render/plan-markdown.ts';
import { syncSummary } from '../../local/render/sync.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { serveFolder } from '../../local/sample/serve-folder.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';
import {
  expectTheRestDone,
  indexFileNames,
  soundPackages,
  type WatchedRun,
  watchedRun,
} from '../support/cli/watched-run.ts';

/** One thread for all of them: starting it is most of what a small sync costs. */
const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

const run = (allowlist: Allowlist) => watchedRun(lab, allowlist, { solver });

const badFile = 'bad-1.0-0.conda';

describe('an index that is not sound', () => {
  const allowlist = () =>
    lab.allowlist(
      [
        { spec: 'bad', platforms: ['linux-64'] },
        { spec: 'good', platforms: ['win-64'] },
      ],
      { platforms: ['linux-64', 'win-64'] },
    );
  const packages = [small('bad 1.0'), small('good 1.0', [], { subdir: 'win-64' })];

  /** The one platform fails, the other is served as if nothing were. */
  async function expectOnlyLinuxLost(done: WatchedRun, code: string): Promise<void> {
    expect(done.problems).toEqual([`${code} linux-64`]);
    const lost = done.report.plan.entries.filter(({ status }) => status === 'failed');
    expect(lost.map(({ entry, platform }) => `${entry} on ${platform}`)).toEqual(['bad on linux-64']);
    expect([...done.seen].sort()).toEqual([...indexFileNames, 'good-1.0-0.conda'].sort());
    expect(Object.keys(await lab.index('win-64'))).toEqual(['good-1.0-0.conda']);
    expect(done.report.proof.proof.entries).toContainEqual(
      expect.objectContaining({ entry: 'good', platform: 'win-64', installable: true }),
    );
    expect(done.report.plan.complete).toBe(false);
  }

  it('a page with status 200', async () => {
    await lab.publish(packages);
    lab.intercept = (request, response, next) =>
      request.url === '/linux-64/repodata.json' ? void response.end('<html>welcome</html>') : next();
    const done = await run(allowlist());
    await expectOnlyLinuxLost(done, 'upstream.page');
    expect(done.report.plan.problems[0]?.detail).toContain('answered with HTML');
  });

  it.each([
    ['cut in half', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['without its last byte', (bytes: Buffer) => bytes.subarray(0, -1)],
  ])('a zst %s, and no repodata.json; once that is there it is read instead', async (_what, broken) => {
    await buildChannel(lab.upstreamFolder, packages, { forms: ['zst', 'json'] });
    const file = join(lab.upstreamFolder, 'linux-64/repodata.json.zst');
    await writeFile(file, broken(await readFile(file)));
    const json = join(lab.upstreamFolder, 'linux-64/repodata.json');
    await rename(json, `${json}.away`);
    await expectOnlyLinuxLost(await run(allowlist()), 'upstream.body');
    await rename(`${json}.away`, json);
    expect((await run(allowlist())).problems).toEqual([]);
  });
});

it('a bucket that holds its index gzipped, and answers 403 for what it does not have, is a channel', async () => {
  await lab.publish(soundPackages);
  lab.intercept = async (request, response, next) => {
    const file = join(lab.upstreamFolder, request.url ?? '');
    if (/repodata_shards|\.zst$/.test(file)) return void response.writeHead(403).end('<Error/>');
    if (!file.endsWith('.json')) return next();
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(await readFile(file)));
  };
  const done = await run(lab.allowlist(['good']));
  expect(done.problems).toEqual([]);
  await expectTheRestDone(lab, done);
});

describe('a record that must not be followed', () => {
  it('one with ../ in its file name is named and left out, and its neighbours come in', async () => {
    await lab.publish([...soundPackages, small('bad 1.0')]);
    const file = join(lab.upstreamFolder, 'linux-64/repodata.json');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(`"${badFile}"`, `"../../${badFile}"`));
    const done = await run(lab.allowlist(['bad', 'good']));
    expect(done.problems).toEqual([
      `record.file-name ${lab.upstream.url}/linux-64/../../${badFile}`,
      'entry.unsolvable bad on linux-64',
    ]);
    await expectTheRestDone(lab, done);
  });

  it('one whose depends names a channel never reaches the solver, which it would break', async () => {
    await lab.publish([...soundPackages, small('bad 1.0', ['conda-forge::base'])]);
    const done = await run(lab.allowlist(['bad', 'good']));
    expect(done.problems).toEqual([
      `record.depends-channel ${lab.upstream.url}/linux-64/${badFile}`,
      'entry.unsolvable bad on linux-64',
    ]);
    await expectTheRestDone(lab, done);
  });
});

describe('two channels', () => {
  async function runWithSecond(second: Parameters<typeof buildChannel>[1]): Promise<WatchedRun> {
    const folder = join(lab.upstreamFolder, '../second');
    await buildChannel(folder, second);
    const lower = await serveFolder(folder);
    try {
      return await run(lab.allowlist(['good'], { channels: [lab.upstream.url, lower.url] }));
    } finally {
      await lower.close();
    }
  }

  beforeEach(() => lab.publish(soundPackages));

  it('that offer the same package name: the first one serves it, whatever the second has', async () => {
    const done = await runWithSecond([small('base 2.0'), small('good 9.0')]);
    expect(done.problems).toEqual([]);
    await expectTheRestDone(lab, done);
  });

  it('that offer the same file: no conflict', async () => {
    const done = await runWithSecond(soundPackages);
    expect(done.problems).toEqual([]);
    await expectTheRestDone(lab, done);
  });

  it('that offer other bytes under the same file name: a warning, and the first one serves it', async () => {
    const done = await runWithSecond([small('base 1.0', [], { files: [{ path: 'x', content: 'other' }] })]);
    expect(done.problems).toEqual([]);
    const { plan } = done.report;
    expect(plan.warnings).toMatchObject([{ code: 'plan.shadowed', subject: 'linux-64/base-1.0-0.conda' }]);
    expect(JSON.parse(planJson(plan)).warnings).toEqual(plan.warnings);
    expect(planMarkdown(plan)).toContain('### Warnings');
    expect(syncSummary(done.report, [])).toContain('1 warning:\n  plan.shadowed: linux-64/base-1.0-0.conda\n');
    await expectTheRestDone(lab, done);
    const served = await readFile(join(lab.store, 'conda/linux-64/base-1.0-0.conda'));
    expect(served).toEqual(await readFile(join(lab.upstreamFolder, 'linux-64/base-1.0-0.conda')));
  });
});
