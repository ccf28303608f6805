import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { runSchema } from '../../core/documents/run.ts';
import { parseJson } from '../../core/json/json.ts';
import { patchKey } from '../../core/layout/keys.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import type { Solver } from '../../core/ports/solver.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { small } from '../support/cli/start-lab.ts';
import { listed } from '../support/cloud/cloud-lab.ts';
import { type Mischief, type SmallCloud, smallCloud } from '../support/cloud/small-cloud.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { key } from '../support/store/objects.ts';

const linux = subdirSchema.parse('linux-64');

let folder: TemporaryFolder;
let solver: Solver & AsyncDisposable;
const upstream = () => join(folder.path, 'upstream');
beforeAll(async () => {
  folder = await temporaryFolder();
  solver = rattlerSolver();
  const packages = [small('keep 1.0'), small('old 1.0'), small('b 1.0'), small('b 2.0'), small('c 1.0', ['gone'])];
  await buildChannel(upstream(), [...packages, small('gone 1.0'), small('d 1.0'), small('d 2.0'), small('d 3.0')], {
    forms: ['json'],
  });
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const allowing = (...packages: string[]) => {
  return { channels: [pathToFileURL(upstream()).href], platforms: ['linux-64'], packages };
};

function latestRun(cloud: SmallCloud) {
  const text = (path: string) => Buffer.from(cloud.bucket.objects.get(key(path))?.bytes ?? []).toString();
  const { run } = JSON.parse(text('_gatehouse/runs/latest.json'));
  return parseJson(text(`_gatehouse/runs/${run}.json`), runSchema, 'the run');
}

const constrains = (cloud: SmallCloud) => {
  const text = Buffer.from(cloud.bucket.objects.get(key('conda/linux-64/repodata.json'))?.bytes ?? []).toString();
  return JSON.parse(text)['packages.conda']['keep-1.0-0.conda'].constrains;
};

/** A channel, then another allowlist and a hotfix, by when some files of the upstream are broken. */
async function played(
  packages: readonly string[],
  broken: Readonly<Record<string, 'other bytes' | 'gone'>>,
  mischief?: Mischief,
): Promise<SmallCloud> {
  const cloud = smallCloud(solver, mischief);
  await cloud.allowlist(allowing('keep', 'old'));
  await cloud.run();
  cloud.now += 1000;
  for (const [name, how] of Object.entries(broken)) {
    const file = join(upstream(), 'linux-64', `${name}-0.conda`);
    await (how === 'gone' ? rm(file, { force: true }) : writeFile(file, 'other bytes'));
  }
  const hotfix = { 'packages.conda': { 'keep-1.0-0.conda': { constrains: ['old <0'] } } };
  await cloud.put(patchKey(linux), Buffer.from(JSON.stringify({ patch_instructions_version: 1, ...hotfix })));
  await cloud.allowlist(allowing('keep', ...packages));
  await cloud.run();
  return cloud;
}

it('goes on without what cannot be fetched: the rest comes, what leaves leaves, hotfixes hold', async () => {
  const cloud = await played(['b', 'c'], { 'b-2.0': 'other bytes', 'gone-1.0': 'gone' });
  // What came stays: c has a record, and lacks what it needs, as the plan says of its entry.
  expect(listed(cloud)).toEqual(['b-1.0-0.conda', 'c-1.0-0.conda', 'keep-1.0-0.conda']);
  expect(constrains(cloud)).toEqual(['old <0']);
  expect(latestRun(cloud)).toMatchObject({
    stage: 'settled',
    round: 2,
    without: ['linux-64/b-2.0-0.conda', 'linux-64/gone-1.0-0.conda'],
  });
  expect(cloud.telemetry.counts.get('ArtifactsGivenUp')).toBe(2);
  expect(cloud.telemetry.counts.get('PlanProblems')).toBe(1);
  const told = /^warning: settle .*"code":"fetch.(?:sha256|failed)".*"subject":"linux-64\/b-2\.0-0\.conda"/;
  expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(told));
});

it('goes by what is here where that cannot be fetched either; the next run tries all of it again', async () => {
  const cloud = await played(['d'], { 'd-3.0': 'gone', 'd-2.0': 'other bytes' });
  expect(listed(cloud)).toEqual(['keep-1.0-0.conda']);
  expect(latestRun(cloud)).toMatchObject({ stage: 'settled', round: 3 });
  const before = cloud.telemetry.lines.length;
  cloud.now += 1000;
  await cloud.schedule('a week later');
  await cloud.run();
  const tried = cloud.telemetry.lines.slice(before).filter((line) => line.startsWith('fetch.failed'));
  expect(tried).toContainEqual(expect.stringContaining('d-3.0-0.conda'));
});

it('comes to the same when it is cut off, wherever that is', async () => {
  const broken = { 'b-2.0': 'other bytes' } as const;
  const sound = await played(['b'], broken);
  for (let effect = 120; effect < sound.effects; effect += Math.ceil(sound.effects / 12)) {
    const cut = await played(['b'], broken, { random: () => 0, crash: (at) => at === effect });
    // Pauses take no time here, so the job may be given up before anybody asks what became of it.
    const dead = cut.dead.filter(({ queue }) => queue !== 'downloader');
    expect([listed(cut), latestRun(cut).stage, dead], `effect ${effect}`).toEqual([listed(sound), 'settled', []]);
  }
});
