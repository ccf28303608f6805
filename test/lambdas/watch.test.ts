import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CloudLab, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { key } from '../support/store/objects.ts';
import { memoryStore } from '../twins/store-memory.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

/** What one turn of the watch counts. */
async function watched(): Promise<Record<string, number>> {
  cloud.telemetry.counts.clear();
  await cloud.watch();
  return Object.fromEntries(cloud.telemetry.counts);
}

const quiet = { Watches: 1, SchedulesMissed: 0, SyncsStuck: 0, EntriesNotInstalling: 0, FilesMissing: 0 };

it('has nothing to tell of a sync that ended, and of schedules that fire', async () => {
  await lab.synced(cloud);
  expect(await watched()).toEqual(quiet);
  cloud.now += day - minute;
  expect(await watched()).toEqual(quiet);
  cloud.now += minute;
  await cloud.reconcile();
  await cloud.sweep();
  await cloud.run();
  cloud.now += 30 * minute;
  expect(await watched()).toEqual(quiet);
});

it('tells of each schedule that did not fire within 5 minutes of its time', async () => {
  await lab.synced(cloud);
  await watched();
  cloud.now += day + 6 * minute;
  expect(await watched()).toMatchObject({ SchedulesMissed: 2 });
  expect(cloud.telemetry.lines.filter((line) => line.includes('did not fire'))).toEqual([
    'warning: a schedule did not fire {"schedule":"reconcile"}',
    'warning: a schedule did not fire {"schedule":"sweep"}',
  ]);
  await cloud.reconcile();
  await cloud.sweep();
  expect(await watched()).toEqual(quiet);
  cloud.now += 6 * day + 6 * minute;
  await cloud.reconcile();
  await cloud.sweep();
  await cloud.prune();
  expect(await watched()).toMatchObject({ SchedulesMissed: 1 });
  await cloud.schedule('late');
  expect(await watched()).toMatchObject({ SchedulesMissed: 0 });
});

it('tells of a sync that nobody goes on with for an hour, and of none that comes on', async () => {
  cloud.drop = (body) => body.includes('"type":"settle"');
  await cloud.allowlist(lab.allowing('a'));
  await cloud.run();
  cloud.now += 59 * minute;
  expect(await watched()).toMatchObject({ SyncsStuck: 0 });
  cloud.now += 2 * minute;
  expect(await watched()).toMatchObject({ SyncsStuck: 1 });
  cloud.drop = () => false;
  await cloud.schedule('again');
  await cloud.run();
  expect(await watched()).toMatchObject({ SyncsStuck: 0 });
});

it('tells of entries that do not install once the sync has ended and was proved', async () => {
  await cloud.allowlist(lab.allowing('a', 'nowhere'));
  await cloud.run();
  expect(await watched()).toMatchObject({ EntriesNotInstalling: 0 });
  cloud.now += 31 * minute;
  expect(await watched()).toMatchObject({ EntriesNotInstalling: 1 });
  expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^warning: does not install .*"nowhere"/));
});

it('is told of what clocks note, and of no schedule that it did not know before', async () => {
  await lab.synced(cloud);
  await watched();
  await memoryStore({}, cloud.bucket).delete(key('_gatehouse/clocks/watch.json'));
  cloud.now += 30 * day;
  expect(await watched()).toMatchObject({ SchedulesMissed: 0 });
});
