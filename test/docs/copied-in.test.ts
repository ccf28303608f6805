import { CopyObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { representationOf } from '../../core/layout/keys.ts';
import { reconcile } from '../../core/steps/reconcile.ts';
import { newCloudBucket } from '../cloud/s3/s3-world.ts';
import { mayDo } from '../cloud/stack/may-do.ts';
import { type Cloud, startCloud } from '../cloud/start-cloud.ts';
import { bucketScene, sceneBucket } from '../support/cloud/bucket-scene.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { type CloudLab, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { bucketName, wiring } from '../support/cloud/small-stack.ts';
import { copyInCommand, copyInSection } from '../support/docs/copy-in-commands.ts';
import { key } from '../support/store/objects.ts';

describe('the commands of docs/operations.md, under the policy of the bucket', () => {
  let cloud: Cloud;
  let s3: S3Client;
  let destroy: () => void;
  beforeEach(async () => {
    cloud = await startCloud();
    cloud.mayDo = mayDo(wiring);
    cloud.s3.buckets.set(bucketName, newCloudBucket());
    ({ s3, destroy } = cloudClients(cloud.endpoint));
    return async () => {
      destroy();
      await cloud[Symbol.asyncDispose]();
    };
  });

  const objects = () => cloud.s3.buckets.get(bucketName)?.objects;
  const { Key = '', ...given } = copyInCommand('put-object');
  const put = (more: object = {}) =>
    s3.send(new PutObjectCommand({ ...given, Bucket: bucketName, Key, Body: 'driver', ...more }));
  const served = {
    'content-type': representationOf(Key).contentType,
    'cache-control': representationOf(Key).cacheControl,
  };

  it('put-object gives an object the headers of its key, and nothing is written over or without a condition', async () => {
    await expect(put({ IfNoneMatch: undefined })).rejects.toMatchObject({ name: 'AccessDenied' });
    await put();
    expect(objects()?.get(Key)?.headers).toEqual(served);
    await expect(put({ Body: 'other' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('copy-object does the same, and without REPLACE brings the headers and digests of its source', async () => {
    const { CopySource = '', MetadataDirective, ...asked } = copyInCommand('copy-object');
    const from = `${bucketName}/${CopySource.split('/').at(-1)}`;
    const source = { Bucket: bucketName, Key: CopySource.split('/').at(-1), Body: 'driver' };
    await s3.send(new PutObjectCommand({ ...source, CacheControl: 'no-store', Metadata: { sha256: 'known' } }));
    const copy = (more: object) =>
      s3.send(new CopyObjectCommand({ ...asked, Bucket: bucketName, Key, CopySource: from, ...more }));
    await expect(copy({ IfNoneMatch: undefined })).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(MetadataDirective).toBe('REPLACE');
    await copy({ MetadataDirective: 'REPLACE' });
    expect(objects()?.get(Key)?.headers).toEqual(served);
    await expect(copy({})).rejects.toMatchObject({ name: 'PreconditionFailed' });
    objects()?.delete(Key);
    await copy({ MetadataDirective: 'COPY' });
    expect(objects()?.get(Key)?.headers).toMatchObject({ 'cache-control': 'no-store', 'x-amz-meta-sha256': 'known' });
  });
});

/** A character of a log's JSON, which has ASCII alone. */
const decoded = (_: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 16));

describe('what the log says of a misplaced key', () => {
  let lab: CloudLab;
  beforeAll(async () => {
    lab = await startCloudLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());
  let cloud: SmallCloud;
  beforeEach(() => {
    cloud = lab.cloud();
  });
  const told = () => cloud.telemetry.lines.filter((line) => line.includes('index.stray'));
  const put = async (at: string) => {
    await cloud.put(key(at), Buffer.from('x'));
    await cloud.run();
  };

  const rows = [...copyInSection.matchAll(/^\| `(\S+\/.*?)` \| (.*?) \| (within a minute|once a day) \|$/gm)].map(
    ([, at = '', says = '', when = '']) => [at, says.replaceAll('`', ''), when] as const,
  );
  const keys = rows.filter(([at]) => !at.includes('//'));

  it('docs/operations.md has ten such keys', () => expect([rows.length, keys.length]).toEqual([10, 9]));

  it.each(keys)('%s: %s, %s', async (at, says, when) => {
    await put(at);
    expect(told()).toHaveLength(when === 'within a minute' ? 1 : 0);
    if (when === 'once a day') await cloud.reconcile();
    // Of what lies in a folder that is none of ours, the folder is told.
    const subject = at.replace(/(simple\/Demo\/|\/old\/|staging\/linux-64\/).*/, '$1');
    expect(told()).toEqual([expect.stringContaining(`"${subject}"`)]);
    for (const part of says.split(': ')) expect(told()[0]).toContain(part);
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(1);
  });

  it.each([
    'conda/linux-64/my driver+cuda-1.0-0.conda',
    'conda/linux-64/treiber-für-1.0-0.conda',
    'conda/linux-64/50%-1.0-0.conda',
  ])('%s, which S3 encodes, is told once, as it is', async (at) => {
    await put(at);
    expect(told().map((line) => line.replace(/\\u([0-9a-f]{4})/g, decoded))).toEqual([expect.stringContaining(at)]);
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(1);
  });

  it('a key with an empty part is told of when the store is gone through', async () => {
    await using scene = await bucketScene();
    const Key = 'conda/linux-64//driver-1.0-0.conda';
    await scene.clients.s3.send(new PutObjectCommand({ Bucket: sceneBucket, Key, Body: 'x' }));
    const world = { store: scene.store, channel: 'conda', side: 'channel', queue: { send: async () => {} } } as const;
    const { strays } = await reconcile(world);
    const says = rows.find(([at]) => at === Key)?.[1] ?? 'no row';
    expect(strays.flatMap((each) => each.found())).toEqual([
      { subject: 'conda/linux-64//', detail: expect.stringContaining(says), hint: expect.stringMatching(/./) },
    ]);
  });
});
