import { cp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { parseJson } from '../../core/json/json.ts';
import { prune } from '../../core/steps/prune.ts';
import { verify } from '../../core/steps/verify.ts';
import { indexAll } from '../../local/pipeline/index-all.ts';
import { sync } from '../../local/pipeline/sync.ts';
import { openWorld, retain } from '../../local/world/open-world.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';
import { folderFiles } from '../support/machine/folder-files.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const day = 24 * 3_600_000;
const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const upstream = [small('app 1.0', ['lib']), small('lib 1.0'), small('tool 1.0', ['lib']), small('other 1.0')];
const reportSchema = z.looseObject({
  deleted: z.boolean(),
  objects: z.array(z.looseObject({ kind: z.string(), key: z.string() })),
});

/** A lab whose store holds `tool`, and `app` with its `lib`, which left the index with its entry; and the command line. */
async function start() {
  const lab = await startLab();
  await lab.publish(upstream);
  lab.now = Date.now();
  await lab.sync(lab.allowlist(['app', 'other']));
  await lab.sync(lab.allowlist(['other']));
  const home = await temporaryFolder();
  const file = join(home.path, 'allowlist.json');
  const allow = (packages: readonly string[]) =>
    writeFile(file, JSON.stringify({ channels: [lab.upstream.url], platforms: ['linux-64'], packages }));
  await allow(['other']);
  const later = (days: number) => ({ SOURCE_DATE_EPOCH: `${Math.floor(Date.now() / 1000) + days * 86_400}` });
  return {
    lab,
    file,
    allow,
    gatehouse: (days: number, ...args: string[]) =>
      runCli([...args, '--allowlist', file, '--store', lab.store], { cwd: home.path, env: later(days) }),
    packages: async () => (await readdir(join(lab.store, 'conda/linux-64'))).filter((name) => name.endsWith('.conda')),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

describe('gatehouse prune', () => {
  it('shows what 90 days after it left nobody needs, deletes it when told to, and sync brings it back', async () => {
    await using here = await start();
    const all = await here.packages();
    expect(await here.gatehouse(89, 'prune')).toMatchObject({ status: 0, stdout: expect.not.stringContaining('app') });

    const shown = await here.gatehouse(91, 'prune');
    expect(shown.status).toBe(0);
    expect(shown.stdout).toMatch(
      /^- conda\/linux-64\/app-1.0-0.conda \(\d+ B\) {2}withdrawn on \d{4}-\d\d-\d\d: no entry/m,
    );
    expect(shown.stderr).toMatch(/^would delete \d+ objects .*\n {2}2 packages \(/);
    expect(shown.stderr).toMatch(/nothing was deleted: gatehouse prune --delete does it\n$/);
    expect(await here.packages()).toEqual(all);

    const done = await here.gatehouse(91, 'prune', '--delete', '--json');
    expect(done.status, done.stderr).toBe(0);
    const { deleted, objects } = parseJson(done.stdout, reportSchema, 'prune --json');
    expect(deleted).toBe(true);
    const keys = (kind: string) => objects.filter((each) => each.kind === kind).map(({ key }) => key);
    expect(keys('package')).toEqual(['conda/linux-64/app-1.0-0.conda', 'conda/linux-64/lib-1.0-0.conda']);
    expect(keys('plan')).toHaveLength(1);
    expect(await here.packages()).toEqual(['other-1.0-0.conda']);
    expect(await here.gatehouse(91, 'verify')).toMatchObject({ status: 0 });
    // What the index was made from before: its hour is over, on this clock.
    expect((await here.gatehouse(91, 'prune', '--delete')).stderr).toMatch(/^deleted 3 .*\n {2}3 index state segments/);
    expect((await here.gatehouse(91, 'prune', '--delete')).stderr).toMatch(/^nothing to prune\n/);
    expect(await readdir(join(here.lab.store, '_gatehouse/provenance/conda/linux-64'))).toHaveLength(3);

    await here.allow(['app', 'other']);
    expect(await here.gatehouse(91, 'sync')).toMatchObject({ status: 0 });
    expect(await here.packages()).toEqual(all);
    expect(await here.gatehouse(91, 'verify')).toMatchObject({ status: 0 });
  });

  it('deletes nothing where the allowlist is missing or bad, nor of a subdir whose control is', async () => {
    await using here = await start();
    const before = await folderFiles(here.lab.store);
    const same = async () => expect(await folderFiles(here.lab.store)).toEqual(before);
    await writeFile(here.file, '{');
    expect(await here.gatehouse(91, 'prune', '--delete')).toMatchObject({ status: 2 });
    await rm(here.file);
    expect(await here.gatehouse(91, 'prune', '--delete')).toMatchObject({ status: 2 });
    await same();
    await here.allow(['other']);
    await writeFile(join(here.lab.store, '_gatehouse/control/conda/linux-64.json'), '{');
    const refused = await here.gatehouse(91, 'prune', '--delete');
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('prune.unsure: linux-64\n') });
    expect(await here.packages()).toHaveLength(3);
  });
});

it('a document of upstream that is used stays, however old', async () => {
  await using here = await start();
  const cache = join(here.lab.store, '_gatehouse/cache');
  const old = Date.now() / 1000 - 86_400 * 5;
  for (const name of await readdir(cache)) await utimes(join(cache, name), old, old);
  await here.lab.sync(here.lab.allowlist(['other']));
  const used = await Promise.all((await readdir(cache)).map(async (name) => (await stat(join(cache, name))).mtimeMs));
  expect(used.some((time) => time > Date.now() - day)).toBe(true);
});

/** The records that clients read of every subdir. */
async function served(store: string): Promise<unknown> {
  const files = [...(await folderFiles(join(store, 'conda')))].filter(([name]) => name.endsWith('/repodata.json'));
  const schema = z.looseObject({ packages: z.unknown(), 'packages.conda': z.unknown() });
  return files.map(([name, bytes]) => {
    const { packages, 'packages.conda': conda } = parseJson(bytes.toString(), schema, name);
    return { name, packages, conda };
  });
}

async function withStore<T>(lab: Lab, store: string, work: (world: Lab['world']) => Promise<T>): Promise<T> {
  await using world = openWorld(store);
  return await work({ ...world, solver, clock: lab.world.clock });
}

it('a sync after any prune gives the index that it would have given without', async () => {
  const names = ['app', 'tool', 'other'];
  const week = fc.record({ packages: fc.subarray(names, { minLength: 1 }), days: fc.constantFrom(1, 91) });
  let pruned = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(week, { minLength: 2, maxLength: 4 }),
      fc.subarray(names, { minLength: 1 }),
      async (weeks, last) => {
        await using lab = await startLab();
        await lab.publish(upstream);
        lab.now = Date.now();
        for (const { packages, days } of [{ packages: names, days: 1 }, ...weeks]) {
          await withStore(lab, lab.store, (world) => sync(lab.allowlist(packages), world, () => {}, { yes: true }));
          lab.now += days * day;
        }
        await using copy = await temporaryFolder();
        await cp(lab.store, copy.path, { recursive: true, preserveTimestamps: true });
        const allowlist = lab.allowlist(last);
        await withStore(lab, lab.store, async (world) => {
          const { objects, problems } = await prune({ ...world, retain, asked: new Set() }, { remove: true });
          expect(problems).toEqual([]);
          pruned += objects.filter(({ kind }) => kind === 'package').length;
          await indexAll(allowlist, world, { log: () => {} });
          expect(await served(lab.store)).toEqual(await served(copy.path));
          expect((await verify(allowlist.platforms, { ...world, log: () => {} })).problems).toEqual([]);
          await sync(allowlist, world, () => {}, { yes: true });
          expect((await verify(allowlist.platforms, { ...world, log: () => {} })).problems).toEqual([]);
        });
        await withStore(lab, copy.path, (world) => sync(allowlist, world, () => {}, { yes: true }));
        expect(await served(lab.store)).toEqual(await served(copy.path));
      },
    ),
    { numRuns: 5, seed: 4 },
  );
  expect(pruned).toBeGreaterThan(2);
});
