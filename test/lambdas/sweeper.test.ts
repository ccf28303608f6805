import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudFrontInvalidation } from '../../adapters/cloudfront-invalidation.ts';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import type { Solver } from '../../core/ports/solver.ts';
import { invalidateInBatches } from '../../lambdas/invalidation-paths.ts';
import { sweepChannel } from '../../lambdas/sweeper.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { osvExport, osvRecord, recentRecord } from '../support/advisories/osv-export.ts';
import { small } from '../support/cli/start-lab.ts';
import { batch, failing, listed } from '../support/cloud/cloud-lab.ts';
import { type SmallCloud, smallCloud } from '../support/cloud/small-cloud.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { key } from '../support/store/objects.ts';

let folder: TemporaryFolder;
let solver: Solver & AsyncDisposable;
beforeAll(async () => {
  folder = await temporaryFolder();
  solver = rattlerSolver();
  const path = 'lib/python3.12/site-packages/b-1.0.dist-info/METADATA';
  const b = small('b 1.0', [], { files: [{ path, content: 'Metadata-Version: 2.1\nName: b\nVersion: 1.0\n' }] });
  await buildChannel(join(folder.path, 'upstream'), [small('a 1.0'), b], { forms: ['json'] });
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const exported = () => join(folder.path, 'advisories.zip');
const withdrawn = new Date(0).toISOString();

/** What the export says: that these projects' 1.0 was made to harm, or was said to be by mistake. */
async function advise(projects: readonly string[], more: { withdrawn?: string } = {}): Promise<void> {
  const at = cloud.now - 3_600_000;
  const records = projects.map((project) =>
    osvRecord({ id: `MAL-2026-${project}`, project, at, versions: ['1.0'], more }),
  );
  await writeFile(exported(), osvExport([...records, recentRecord(cloud.now)]));
}

const b = 'conda/linux-64/b-1.0-0.conda';
const wheel = 'simple/demo/demo-1.0+cpu-py3-none-any.whl';
const there = (path: string) => cloud.bucket.objects.has(key(path));
const text = (path: string) => Buffer.from(cloud.bucket.objects.get(key(path))?.bytes ?? []).toString();
const purged = () => cloud.purged.flatMap(({ paths }) => paths);

let cloud: SmallCloud;
beforeEach(async () => {
  cloud = smallCloud(solver);
  await advise([]);
  const policy = { advisories: pathToFileURL(exported()).href };
  const channels = [pathToFileURL(join(folder.path, 'upstream')).href];
  await cloud.allowlist({ channels, platforms: ['linux-64'], packages: ['a', 'b'], policy });
  await cloud.run();
  await cloud.put(key(wheel), buildWheel({ fileName: 'demo-1.0+cpu-py3-none-any.whl' }));
  await cloud.run();
  expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  expect(text('simple/demo/index.json')).toContain('demo-1.0');
});

async function swept(): Promise<void> {
  expect(await cloud.sweep()).toEqual(failing());
  await cloud.run();
  expect(cloud.dead).toEqual([]);
}

describe('the sweeper, with the rights that its role has', () => {
  it('finds nothing in a sound channel, changes nothing that is served, and tells of both sides', async () => {
    const before = cloud.objects('conda/');
    await swept();
    expect(cloud.objects('conda/')).toEqual(before);
    expect([purged(), cloud.telemetry.counts.get('FilesRecalled')]).toEqual([[], 0]);
    expect(cloud.telemetry.counts.get('FilesChecked')).toBe(3);
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^sweep .*"finished":true.*"side":"staging"/));
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^swept /));
    expect(there('_gatehouse/opened.json')).toBe(true);
  });

  it('takes back what became known as malicious: from every index, its bytes, the edges; and says so', async () => {
    cloud.now += 86_400_000;
    await advise(['b', 'demo']);
    await swept();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
    expect(text('simple/demo/index.json')).not.toContain('demo-1.0');
    expect([b, wheel, `${wheel}.metadata`].filter(there)).toEqual([]);
    const kept = Object.keys(cloud.objects('_gatehouse/recalled/')).filter((name) => !name.endsWith('.json'));
    expect(kept).toHaveLength(2);
    expect(text('conda/notices.json')).toContain('b 1.0 was recalled');
    expect(purged()).toEqual(
      expect.arrayContaining([`/${b}`, `/${wheel}`, `/${wheel.replace('+', '%2B')}.metadata`, '/conda/notices.json']),
    );
    expect(purged()).toEqual(
      expect.arrayContaining([b, 'conda/notices.json'].map((key) => key.replace('conda/', '/gatehouse/'))),
    );
    expect(cloud.telemetry.counts.get('FilesRecalled')).toBe(2);
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^warning: problem .*"code":"sweep.bad-file"/));
  });

  it('lets it in again once its advisory is withdrawn', async () => {
    await advise(['b', 'demo']);
    await swept();
    await advise(['b', 'demo'], { withdrawn });
    await swept();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    expect([b, wheel, `${wheel}.metadata`].filter(there)).toHaveLength(3);
  });

  it('counts that the advisories cannot be had, and leaves what is served', async () => {
    cloud.now += 30 * 86_400_000;
    await swept();
    expect(cloud.telemetry.counts.get('AdvisoriesMissing')).toBe(2);
    expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  });

  it('has the edges asked again until they heard, and of what was recalled by hand', async () => {
    await advise(['b']);
    await swept();
    const before = cloud.purged.length;
    await swept();
    expect(cloud.purged.slice(before).flatMap(({ paths }) => paths)).toContain(`/${b}`);
    cloud.now += 4 * 86_400_000;
    await advise(['b']);
    const after = cloud.purged.length;
    await swept();
    expect(cloud.purged.slice(after)).toEqual([]);
  });
});

it('has the edges forget 3,000 paths at a time, by names that whoever tries again comes to again', async () => {
  const client = mockClient(CloudFrontClient);
  const purge = cloudFrontInvalidation('E1', new CloudFrontClient());
  const paths = Array.from({ length: 3500 }, (_, i) => `/conda/noarch/x-${i}-0.conda`);
  client.on(CreateInvalidationCommand).resolvesOnce({}).rejectsOnce(new Error('TooManyInvalidationsInProgress'));
  await expect(invalidateInBatches(paths, 1, purge)).rejects.toThrow('TooMany');
  client.on(CreateInvalidationCommand).resolves({});
  await invalidateInBatches(paths, 1, purge);
  const batches = client
    .commandCalls(CreateInvalidationCommand)
    .map(({ args: [{ input }] }) => input.InvalidationBatch);
  expect(batches.map((one) => one?.Paths?.Items?.length)).toEqual([3000, 500, 3000, 500]);
  const names = batches.map((one) => one?.CallerReference);
  expect(names.slice(2)).toEqual(names.slice(0, 2));
  expect(new Set(names).size).toBe(2);
});

describe('a sweep that takes longer than an invocation', () => {
  /** A sweeper by hand: time is up behind so many looks at the clock. */
  async function sweepBy(body: object, looks: number, startedAt = cloud.now) {
    const sent: string[] = [];
    const queue = { send: async (bodies: readonly string[]) => void sent.push(...bodies) };
    const world = { ...cloud.world(), queue, purge: null };
    let left = looks;
    const context = { getRemainingTimeInMillis: () => (left-- > 0 ? 900_000 : 100_000) };
    const reply = await sweepChannel({ Records: batch(JSON.stringify({ startedAt, ...body })) }, world, context);
    expect(reply).toEqual(failing());
    return sent.map((one) => JSON.parse(one));
  }

  it('goes on where it stopped, whatever went away meanwhile, and then with staging', async () => {
    const first = await sweepBy({ type: 'sweep' }, 1);
    expect(first).toMatchObject([{ type: 'sweep', side: 'channel', after: null, isWhole: true }]);
    expect(await sweepBy({ type: 'sweep', after: 'linux-64/b-0-gone.conda' }, 100)).toMatchObject([
      { side: 'staging', after: null },
    ]);
    expect(cloud.telemetry.counts.get('FilesChecked')).toBe(2);
    await sweepBy({ type: 'sweep', after: 'simple/demo/demo-1.0+cpu-py3-none-any.whl' }, 100);
    expect(cloud.telemetry.counts.get('FilesChecked')).toBe(2);
    expect(await sweepBy({ type: 'sweep', side: 'staging' }, 100)).toEqual([]);
  });

  it('is counted as late when two days were too few', async () => {
    await sweepBy({ type: 'sweep' }, 1, cloud.now - 86_400_000);
    expect(cloud.telemetry.counts.get('SweepsLate')).toBe(0);
    await sweepBy({ type: 'sweep' }, 1, cloud.now - 3 * 86_400_000);
    expect(cloud.telemetry.counts.get('SweepsLate')).toBe(1);
  });
});
