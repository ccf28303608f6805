import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cloudFrontInvalidation } from '../../adapters/cloudfront-invalidation.ts';
import { parseJson } from '../../core/json/json.ts';
import { projectNameSchema } from '../../core/names/project-name.ts';
import { fetchFile } from '../../core/steps/fetch-file.ts';
import { index } from '../../lambdas/indexer.ts';
import { projectPaths } from '../../lambdas/invalidation-paths.ts';
import { batch, type CloudLab, failing, inTime, notification, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { simpleFile } from '../support/python/fetch-simple.ts';
import { key } from '../support/store/objects.ts';
import { fetchScene } from '../support/upstream/fetch-scene.ts';
import { ok, testUpstream } from '../support/upstream/test-upstream.ts';
import { memoryStore } from '../twins/store-memory.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

const plain = 'demo-1.0-py3-none-any.whl';
const local = 'demo-1.0+cu118-py3-none-any.whl';
const at = (fileName: string) => `simple/demo/${fileName}`;
const wheelOf = (fileName: string) => buildWheel({ fileName });
const control = key('_gatehouse/control/simple/demo.json');

/** Brings files in as the downloader does, each write telling its queue. */
async function bringIn(...fileNames: string[]): Promise<void> {
  for (const fileName of fileNames) {
    const bytes = wheelOf(fileName);
    await using upstream = await testUpstream(ok(bytes));
    const [, release = ''] = fileName.split('-');
    const file = simpleFile(bytes, { url: upstream.url, fileName, release });
    const world = { ...fetchScene('').world, store: memoryStore({}, cloud.bucket) };
    expect(await fetchFile(file, world)).toEqual({ status: 'stored' });
  }
}

const decide = (files: Record<string, object>) =>
  cloud.put(control, Buffer.from(JSON.stringify({ version: 1, files })));
const wanted = { why: ['demo'] };

const pageSchema = z.looseObject({ files: z.array(z.looseObject({ filename: z.string(), url: z.string() })) });
const text = (name: string) => Buffer.from(cloud.bucket.objects.get(key(name))?.bytes ?? []).toString();
const listed = () =>
  parseJson(text('simple/demo/index.json'), pageSchema, 'page').files.map(({ filename }) => filename);

describe('what pip reads', () => {
  it('names what somebody copied into the bucket once all of it is there, and what it writes beside it', async () => {
    const whole = wheelOf(plain);
    await cloud.put(key(at(plain)), whole.subarray(0, -1));
    await cloud.put(key(at('demo-1.0.tar.gz')), buildSdist());
    await cloud.run();
    expect(listed()).toEqual(['demo-1.0.tar.gz']);
    expect(cloud.objects(at(`${plain}.`))).toEqual({});
    await cloud.put(key(at(plain)), whole);
    await cloud.run();
    expect(listed()).toEqual([plain, 'demo-1.0.tar.gz']);
    expect(text(at(`${plain}.metadata`))).toContain('Name: demo');
    expect(cloud.dead.filter(({ queue }) => queue === 'indexer')).toEqual([]);
  });

  it('names a file once it is there and decided on, whatever tells of it last', async () => {
    await bringIn(plain);
    await cloud.run();
    expect(cloud.objects('simple/demo/index')).toEqual({});
    await decide({ [plain]: wanted, [local]: wanted });
    await cloud.run();
    expect(listed()).toEqual([plain]);
    await bringIn(local);
    await cloud.run();
    expect(listed()).toEqual([plain, local]);
    expect(text('simple/demo/index.json')).toContain('"url":"demo-1.0%2Bcu118-py3-none-any.whl"');
    expect(text('simple/index.html')).toContain('demo');
    await decide({ [plain]: { ...wanted, withdrawn: { at: 1, reason: 'gone' } }, [local]: wanted });
    await cloud.run();
    expect(listed()).toEqual([local]);
    expect(cloud.dead.filter(({ queue }) => queue === 'indexer')).toEqual([]);
  });

  it('names no file that lost its metadata, and tells of it', async () => {
    await decide({ [plain]: wanted });
    await bringIn(plain);
    await cloud.run();
    await memoryStore({}, cloud.bucket).delete(key(`${at(plain)}.metadata`));
    await cloud.run();
    expect(listed()).toEqual([]);
    expect(cloud.telemetry.lines.join('\n')).toContain(at(plain));
  });

  it('is healed by the daily round of what an event that was lost would have told', async () => {
    cloud.drop = () => true;
    await decide({ [plain]: wanted });
    await bringIn(plain);
    cloud.drop = () => false;
    expect(await cloud.reconcile()).toEqual(failing());
    await cloud.run();
    expect(listed()).toEqual([plain]);
  });

  it('cannot be made where the store fails: its messages come again, and no others', async () => {
    await lab.synced(cloud);
    cloud.drop = () => true;
    await decide({ [plain]: wanted });
    await bringIn(plain);
    const store = memoryStore(
      { fault: (operation, name) => (operation === 'put' && name.includes('state/simple') ? 'broken' : undefined) },
      cloud.bucket,
    );
    const told = [notification(at(plain)), notification('conda/linux-64/b-1.0-0.conda'), notification(control)];
    const world = { ...cloud.world(), store, queue: { send: async () => {} }, invalidate: null };
    expect(await index({ Records: batch(...told) }, world, inTime)).toEqual(failing('m0', 'm2'));
    expect(await cloud.invoke('indexer', batch(...told))).toEqual(failing());
    expect(listed()).toEqual([plain]);
  });

  it('is told of by name where a wheel lies in a folder that no client asks for', async () => {
    await cloud.put(key('simple/Demo/demo-1.0-py3-none-any.whl'), Buffer.from('x'));
    await cloud.run();
    const told = () => cloud.telemetry.lines.filter((line) => line.includes('index.stray'));
    expect(told()).toEqual([expect.stringContaining('"simple/Demo/"')]);
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(1);
    await cloud.reconcile();
    expect(told()).toHaveLength(2);
  });
});

describe('invalidation', () => {
  it('is of the pages that changed, as clients ask for them and as they lie in the bucket', async () => {
    const mock = mockClient(CloudFrontClient);
    mock.on(CreateInvalidationCommand).resolves({});
    const invalidate = cloudFrontInvalidation('E123', new CloudFrontClient({ region: 'us-east-1' }));
    cloud.drop = () => true;
    await decide({ [plain]: wanted });
    await bringIn(plain);
    const world = { ...cloud.world(), queue: { send: async () => {} }, invalidate };
    for (let twice = 0; twice < 2; twice++) await index({ Records: batch(notification(at(plain))) }, world, inTime);
    const calls = mock.commandCalls(CreateInvalidationCommand).map(({ args: [{ input }] }) => input);
    expect(calls.map(({ InvalidationBatch }) => InvalidationBatch?.Paths?.Items)).toEqual([
      [
        ...['/simple/', '/simple/index.json', '/simple/index.html'],
        ...['/simple/demo/', '/simple/demo/index.json', '/simple/demo/index.html'],
      ],
    ]);
    mock.restore();
  });

  it('is of everything where more change than CloudFront takes by name', () => {
    const projects = Array.from({ length: 1000 }, (_, i) => projectNameSchema.parse(`p${i}`));
    expect(projectPaths(projects.slice(0, 300)).length).toBeLessThan(3000);
    expect(projectPaths(projects)).toEqual(['/simple/*']);
  });
});
