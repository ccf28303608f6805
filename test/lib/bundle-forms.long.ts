import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { allowlistKey } from '../../core/layout/keys.ts';
import { newCloudBucket } from '../cloud/s3/s3-world.ts';
import { startCloud } from '../cloud/start-cloud.ts';
import { bunzip2 } from '../support/archives/bunzip2.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { sharedBundles } from '../support/stack/shared-bundles.ts';

it.each([true, false])(
  'the bundled indexer writes repodata.json.bz2 if it has the thread (bz2: %s), else names it',
  async (bz2) => {
    const { indexer } = await sharedBundles(bz2);
    await using cloud = await startCloud();
    const bucket = newCloudBucket();
    cloud.s3.buckets.set('channel', bucket);
    const { s3, destroy } = cloudClients(cloud.endpoint);
    const forms = ['repodata.json.bz2'];
    const Body = JSON.stringify({ channels: ['https://up.invalid'], platforms: ['linux-64'], packages: ['a'], forms });
    await s3.send(new PutObjectCommand({ Bucket: 'channel', Key: allowlistKey, Body }));
    destroy();
    const message = { messageId: 'm1', body: '{"type":"index","subdir":"noarch"}' };
    const script = `import(${JSON.stringify(pathToFileURL(join(indexer, 'index.mjs')).href)})
    .then(({ handler }) => handler(${JSON.stringify({ Records: [message] })}, { getRemainingTimeInMillis: () => 300000 }))
    .then((reply) => console.log(JSON.stringify(reply)), console.error)`;
    const env = {
      ...cloud.environment,
      GATEHOUSE_BUCKET: 'channel',
      GATEHOUSE_INDEX_QUEUE_URL: `${cloud.endpoint}/1/index`,
      GATEHOUSE_OWN_QUEUE_URL: `${cloud.endpoint}/1/index`,
      GATEHOUSE_DEAD_LETTERS_URL: `${cloud.endpoint}/1/index`,
      GATEHOUSE_MAX_RECEIVES: '5',
      POWERTOOLS_SERVICE_NAME: 'indexer',
      POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env });
    expect([stdout.trim().split('\n').at(-1), stderr]).toEqual([
      '{"batchItemFailures":[]}',
      bz2 ? '' : expect.stringContaining('index.form'),
    ]);
    const plain = bucket.objects.get('conda/noarch/repodata.json')?.bytes;
    const compressed = bucket.objects.get('conda/noarch/repodata.json.bz2')?.bytes;
    expect(compressed && bunzip2(compressed)).toEqual(bz2 ? plain : undefined);
  },
);
