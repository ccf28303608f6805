import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { artifactId, keepPlan } from '../../core/documents/plan.ts';
import { allowlistKey, packageKey } from '../../core/layout/keys.ts';
import { newCloudBucket } from '../cloud/s3/s3-world.ts';
import { type Cloud, startCloud } from '../cloud/start-cloud.ts';
import { readPackage } from '../local/sample/read-back.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { madeArtifact } from '../support/python/made-artifact.ts';
import { sharedBundles } from '../support/stack/shared-bundles.ts';
import { ok, type TestUpstream, testUpstream } from '../support/upstream/test-upstream.ts';
import { memoryStore } from '../twins/store-memory.ts';

interface Download {
  readonly bz2: boolean;
  readonly format: '.conda' | '.tar.bz2';
  readonly upstream: TestUpstream;
  readonly environment?: Readonly<Record<string, string>>;
}

const wheel = buildWheel({ files: { 'demo.py': 'x = 1\n' } });
const bucket = 'channel';

/** The bundled downloader in a process of its own, told of a job to make a package of the wheel that the upstream has. */
async function download(cloud: Cloud, { bz2, format, upstream, environment }: Download) {
  const { downloader } = await sharedBundles(bz2);
  cloud.s3.buckets.set(bucket, newCloudBucket());
  const artifact = madeArtifact(wheel, { url: `${upstream.url}/demo`, format });
  const store = memoryStore();
  const plan = await keepPlan(store, { ...emptyPlan, artifacts: [artifact], add: [artifactId(artifact)] });
  const { s3, destroy } = cloudClients(cloud.endpoint);
  const policy = { coolDown: { days: 0 } };
  const quiet = { channels: [upstream.url], platforms: ['linux-64'], packages: ['demo'], policy };
  await store.put(allowlistKey, Buffer.from(JSON.stringify(quiet)));
  for (const [Key, { bytes: Body }] of store.objects) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  }
  destroy();
  const message = { messageId: 'm1', body: JSON.stringify({ plan, artifact: artifactId(artifact) }) };
  const script = `import(${JSON.stringify(pathToFileURL(join(downloader, 'index.mjs')).href)})
    .then(({ handler }) => handler(${JSON.stringify({ Records: [message] })}, { getRemainingTimeInMillis: () => 900000 }))
    .then((reply) => console.log(JSON.stringify(reply)), console.error)`;
  const env = {
    ...cloud.environment,
    GATEHOUSE_BUCKET: bucket,
    GATEHOUSE_OWN_QUEUE_URL: `${cloud.endpoint}/1/job`,
    GATEHOUSE_DEAD_LETTERS_URL: `${cloud.endpoint}/1/job`,
    GATEHOUSE_MAX_RECEIVES: '5',
    POWERTOOLS_SERVICE_NAME: 'downloader',
    POWERTOOLS_METRICS_NAMESPACE: 'Gatehouse',
    ...environment,
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  const reply: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const objects = cloud.s3.buckets.get(bucket)?.objects ?? new Map<string, { readonly bytes: Uint8Array }>();
  return { artifact, reply, stdout, stderr, objects };
}

it.each([true, false])(
  'the bundled downloader makes a .tar.bz2 if it has the thread (bz2: %s), else says what to do',
  async (bz2) => {
    await using cloud = await startCloud();
    await using upstream = await testUpstream(ok(wheel));
    const { artifact, reply, stderr, objects } = await download(cloud, { bz2, format: '.tar.bz2', upstream });
    expect(reply).toEqual({ batchItemFailures: bz2 ? [] : [{ itemIdentifier: 'm1' }] });
    expect(stderr).toEqual(bz2 ? '' : expect.stringMatching(/fetch\.bzip2.*-c bz2=on/));
    const stored = objects.get(packageKey('conda', artifact.subdir, artifact.filename))?.bytes;
    const members = stored && readPackage(artifact.filename, stored);
    expect(members?.['site-packages/demo.py']).toBe(bz2 ? 'x = 1\n' : undefined);
    expect([...objects.keys()].filter((key) => key.endsWith('.conda'))).toEqual([]);
  },
);

it('the bundled downloader asks an upstream with what the secret has for it, and tells nobody', async () => {
  const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:upstreams-a1B2c3';
  const pair = 'me:hunter2';
  const wanted = `Basic ${Buffer.from(pair).toString('base64')}`;
  await using cloud = await startCloud();
  await using upstream = await testUpstream((response, request) =>
    request.headers.authorization === wanted ? response.end(wheel) : response.writeHead(401).end(),
  );
  const job = { bz2: false, format: '.conda', upstream } as const;
  const without = await download(cloud, job);
  expect(without.reply).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(without.stderr).toContain('docs/networks.md');
  expect(cloud.requests.filter(({ service }) => service === 'secretsmanager')).toEqual([]);
  cloud.secrets.set(secret, 'machine 127.0.0.1 login me password hunter2');
  const environment = { GATEHOUSE_NETRC_SECRET: secret };
  const { reply, stdout, stderr, objects, artifact } = await download(cloud, { ...job, environment });
  expect([reply, stderr]).toEqual([{ batchItemFailures: [] }, '']);
  expect(cloud.requests.filter(({ service }) => service === 'secretsmanager')).toMatchObject([{ resource: secret }]);
  expect([...objects.keys()]).toContain(packageKey('conda', artifact.subdir, artifact.filename));
  const told = [stdout, ...[...objects].flatMap(([key, { bytes }]) => [key, Buffer.from(bytes).toString('latin1')])];
  for (const text of ['hunter2', wanted]) expect(told.filter((one) => one.includes(text))).toEqual([]);
});
