import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { artifactId, keepPlan } from '../../core/documents/plan.ts';
import { allowlistKey, packageKey } from '../../core/layout/keys.ts';
import { newCloudBucket } from '../cloud/s3/s3-world.ts';
import { startCloud } from '../cloud/start-cloud.ts';
import { readPackage } from '../local/sample/read-back.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { madeArtifact } from '../support/python/made-artifact.ts';
import { sharedBundles } from '../support/stack/shared-bundles.ts';
import { ok, testUpstream } from '../support/upstream/test-upstream.ts';
import { memoryStore } from '../twins/store-memory.ts';

it.each([true, false])(
  'the bundled downloader makes a .tar.bz2 if it has the thread (bz2: %s), else says what to do',
  async (bz2) => {
    const { downloader } = await sharedBundles(bz2);
    await using cloud = await startCloud();
    const bucket = newCloudBucket();
    cloud.s3.buckets.set('channel', bucket);
    const wheel = buildWheel({ files: { 'demo.py': 'x = 1\n' } });
    await using upstream = await testUpstream(ok(wheel));
    const artifact = madeArtifact(wheel, { url: `${upstream.url}/demo`, format: '.tar.bz2' });
    const store = memoryStore();
    const plan = await keepPlan(store, { ...emptyPlan, artifacts: [artifact], add: [artifactId(artifact)] });
    const { s3, destroy } = cloudClients(cloud.endpoint);
    const quiet = {
      channels: [upstream.url],
      platforms: ['linux-64'],
      packages: ['demo'],
      policy: { coolDown: { days: 0 } },
    };
    await store.put(allowlistKey, Buffer.from(JSON.stringify(quiet)));
    for (const [Key, { bytes: Body }] of store.objects) {
      await s3.send(new PutObjectCommand({ Bucket: 'channel', Key, Body }));
    }
    destroy();
    const message = { messageId: 'm1', body: JSON.stringify({ plan, artifact: artifactId(artifact) }) };
    const script = `import(${JSON.stringify(pathToFileURL(join(downloader, 'index.mjs')).href)})
    .then(({ handler }) => handler(${JSON.stringify({ Records: [message] })}, { getRemainingTimeInMillis: () => 900000 }))
    .then((reply) => console.log(JSON.stringify(reply)), console.error)`;
    const env = {
      ...cloud.environment,
      GATEHOUSE_BUCKET: 'channel',
      GATEHOUSE_OWN_QUEUE_URL: `${cloud.endpoint}/1/job`,
      GATEHOUSE_DEAD_LETTERS_URL: `${cloud.endpoint}/1/job`,
      GATEHOUSE_MAX_RECEIVES: '5',
      POWERTOOLS_SERVICE_NAME: 'downloader',
      POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env });
    const failures = bz2 ? [] : [{ itemIdentifier: 'm1' }];
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({ batchItemFailures: failures });
    expect(stderr).toEqual(bz2 ? '' : expect.stringMatching(/fetch\.bzip2.*-c bz2=on/));
    const stored = bucket.objects.get(packageKey('conda', artifact.subdir, artifact.filename))?.bytes;
    const members = stored && readPackage(artifact.filename, stored);
    expect(members?.['site-packages/demo.py']).toBe(bz2 ? 'x = 1\n' : undefined);
    expect([...bucket.objects.keys()].filter((key) => key.endsWith('.conda'))).toEqual([]);
  },
);
