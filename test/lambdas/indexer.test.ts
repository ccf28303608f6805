import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudFrontInvalidation } from '../../adapters/cloudfront-invalidation.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { index } from '../../lambdas/indexer.ts';
import { indexPaths } from '../../lambdas/invalidation-paths.ts';
import {
  batch,
  type CloudLab,
  failing,
  inTime,
  listed,
  notification,
  startCloudLab,
} from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { key } from '../support/store/objects.ts';
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

describe('the indexer', () => {
  it('a package removed by hand leaves the index, whatever the order of its events', async () => {
    await lab.synced(cloud);
    await memoryStore({}, cloud.bucket).delete(key('conda/linux-64/b-1.0-0.conda'));
    const gone = notification('conda/linux-64/b-1.0-0.conda', 'ObjectRemoved:DeleteMarkerCreated');
    const came = notification('conda/linux-64/b-1.0-0.conda');
    expect(await cloud.invoke('indexer', batch(gone, came, came))).toEqual(failing());
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
  });

  it.each(['ObjectRemoved:Delete', 'ObjectCreated:Copy'])(
    'a package that was restored is listed again: %s',
    async (event) => {
      await lab.synced(cloud);
      const [at, store] = [key('conda/linux-64/b-1.0-0.conda'), memoryStore({}, cloud.bucket)];
      const bytes = (await store.read(at))?.bytes ?? new Uint8Array();
      await store.delete(at);
      await cloud.run();
      expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
      cloud.drop = () => true;
      await store.put(at, bytes);
      cloud.drop = () => false;
      // Who deletes a delete marker is told of a removal, by which the version before came back.
      expect(await cloud.invoke('indexer', batch(notification(at, event)))).toEqual(failing());
      expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    },
  );

  it('a subdir that cannot be indexed fails only its own messages', async () => {
    await lab.synced(cloud);
    await memoryStore({}, cloud.bucket).put(key('_gatehouse/control/conda/noarch.json'), Buffer.from('{'));
    await memoryStore({}, cloud.bucket).delete(key('conda/linux-64/b-1.0-0.conda'));
    const bodies = [
      notification('conda/noarch/x-1-0.conda'),
      notification('conda/linux-64/b-1.0-0.conda'),
      JSON.stringify({ type: 'index', subdir: 'noarch' }),
    ];
    expect(await cloud.invoke('indexer', batch(...bodies))).toEqual(failing('m0', 'm2'));
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
  });

  it('the daily round finds what an event that was lost would have told', async () => {
    await lab.synced(cloud);
    cloud.drop = () => true;
    await memoryStore({}, cloud.bucket).delete(key('conda/linux-64/b-1.0-0.conda'));
    cloud.drop = () => false;
    expect(await cloud.reconcile()).toEqual(failing());
    await cloud.run();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
  });

  it('tells of a key that would be a package under another name, once it is there, and of no other', async () => {
    await lab.synced(cloud);
    await cloud.put(key('conda/Linux-64/x-1.0-0.conda'), Buffer.from('x'));
    await cloud.run();
    const told = () => cloud.telemetry.lines.filter((line) => line.includes('index.stray'));
    expect(told()).toEqual([
      expect.stringMatching(/^warning: problem .*did you mean conda\/linux-64\/\?.*Linux-64\/x-1/),
    ]);
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(1);
    const gone = notification('conda/linux-64/no-package.conda', 'ObjectRemoved:DeleteMarkerCreated');
    const encoded = notification('conda/linux-64/b-1.0%2B1-0.conda');
    expect(await cloud.invoke('indexer', batch(gone, encoded))).toEqual(failing());
    expect(told()).toHaveLength(1);
  });

  it('tells once of all that a batch names in one folder, and names fifty of more', async () => {
    await lab.synced(cloud);
    cloud.drop = () => true;
    const unpacked = ['info/index.json', 'info/files', 'lib/x.so'].map((file) => `conda/noarch/x-1-0.conda/${file}`);
    const misplaced = Array.from({ length: 60 }, (_, i) => `conda/Linux-64/x-${10 + i}-0.conda`);
    for (const at of [...unpacked, ...misplaced]) await cloud.put(key(at), Buffer.from('x'));
    const told = () => cloud.telemetry.lines.filter((line) => line.includes('index.stray'));
    // S3 tells in any order.
    const [first = '', ...rest] = unpacked;
    const inNoOrder = [first, 'conda/noarch/a-1-0.conda/info', ...rest];
    await cloud.put(key('conda/noarch/a-1-0.conda/info'), Buffer.from('x'));
    await cloud.invoke('indexer', batch(...inNoOrder.map((at) => notification(at))));
    expect(told()).toEqual(['a', 'x'].map((name) => expect.stringContaining(`"conda/noarch/${name}-1-0.conda/"`)));
    await cloud.invoke('indexer', batch(...misplaced.map((at) => notification(at))));
    expect(told()).toHaveLength(2 + 51);
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(2 + 60);
  });

  it('the daily round tells of whatever else lies in the channel', async () => {
    await lab.synced(cloud);
    for (const name of ['linux-64/x-1.0-py3-none-any.whl', 'notes.txt', 'linux-64/.hidden']) {
      await cloud.put(key(`conda/${name}`), Buffer.from('x'));
    }
    await cloud.run();
    expect(cloud.telemetry.counts.get('StrayFiles')).toBeUndefined();
    expect(await cloud.reconcile()).toEqual(failing());
    expect(cloud.telemetry.counts.get('StrayFiles')).toBe(2);
    expect(cloud.telemetry.lines.filter((line) => line.includes('index.stray'))).toEqual([
      expect.stringContaining('conda/linux-64/x-1.0-py3-none-any.whl'),
      expect.stringContaining('conda/notes.txt'),
    ]);
  });

  it('the daily round has a subdir indexed of which only an index is left', async () => {
    await cloud.put(key('conda/win-64/repodata.json'), Buffer.from('{"packages.conda":{"gone-1-0.conda":{}}}'));
    await cloud.reconcile();
    await cloud.run();
    expect(listed(cloud, 'win-64')).toEqual([]);
  });

  it('invalidates what changed, a few paths a batch, and a failure there fails nothing', async () => {
    await lab.synced(cloud);
    const mock = mockClient(CloudFrontClient);
    mock.on(CreateInvalidationCommand).rejectsOnce(new Error('throttled')).resolves({});
    const invalidate = cloudFrontInvalidation('E123', new CloudFrontClient({ region: 'us-east-1' }));
    const store = memoryStore({}, cloud.bucket);
    const world = { ...cloud.world(), queue: { send: async () => {} }, invalidate };
    for (const name of ['b', 'a']) {
      await store.delete(key(`conda/linux-64/${name}-1.0-0.conda`));
      const event = { Records: batch(notification(`conda/linux-64/${name}-1.0-0.conda`)) };
      expect(await index(event, world, inTime)).toEqual(failing());
    }
    expect(await index({ Records: batch(notification('conda/linux-64/a-1.0-0.conda')) }, world, inTime)).toEqual(
      failing(),
    );
    const calls = mock.commandCalls(CreateInvalidationCommand).map(({ args: [{ input }] }) => input);
    expect(calls).toHaveLength(2);
    const files = ['repodata.json.zst', 'repodata.json', 'current_repodata.json', 'run_exports.json'];
    const changed = [...files.map((file) => `linux-64/${file}`), 'channeldata.json'];
    expect(calls[1]?.InvalidationBatch?.Paths?.Items).toEqual(
      changed.flatMap((path) => [`/conda/${path}`, `/gatehouse/${path}`]),
    );
    mock.restore();
  });

  it('invalidates no more wildcards than CloudFront takes at a time, however many subdirs change', () => {
    const subdirs = ['linux-64', 'linux-aarch64', 'osx-64', 'osx-arm64', 'win-64', 'noarch'].map((name) =>
      subdirSchema.parse(name),
    );
    const paths = indexPaths(
      { channel: 'conda', servedName: 'acme' },
      subdirs,
      new Set(['repodata_shards.msgpack.zst']),
    );
    expect(paths.filter((path) => path.endsWith('*'))).toEqual([]);
    expect(paths).toContain('/conda/noarch/repodata_shards.msgpack.zst');
    expect(paths).toContain('/acme/noarch/repodata_shards.msgpack.zst');
    expect(paths).not.toContain('/conda/noarch/repodata.json.bz2');
  });
});

describe('the forms that the allowlist asks for', () => {
  const formsIn = () => Object.keys(cloud.objects('conda/linux-64/repodata')).map((at) => at.split('/').at(-1));
  const touch = () => cloud.invoke('indexer', batch(JSON.stringify({ type: 'index', subdir: 'linux-64' })));
  const usual = ['repodata.json', 'repodata.json.zst'];

  it('that it asks for no more, and those it asked for before it was lost, are kept up to date', async () => {
    await cloud.allowlist(lab.forming('repodata_from_packages.json'));
    await cloud.run();
    expect(formsIn()).toEqual([...usual, 'repodata_from_packages.json']);
    for (const allowlist of ['{', null]) {
      cloud.drop = () => true;
      if (allowlist === null) await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
      else await cloud.put(key('_gatehouse/allowlist.json'), Buffer.from(allowlist));
      const form = 'conda/linux-64/repodata_from_packages.json';
      const before = cloud.objects(form)[form];
      await memoryStore({}, cloud.bucket).delete(key(`conda/linux-64/${allowlist === null ? 'a' : 'b'}-1.0-0.conda`));
      expect(await touch()).toEqual(failing());
      expect(cloud.objects(form)[form]).not.toBe(before);
    }
  });

  it('that this deployment cannot make is named, and all others are written', async () => {
    await cloud.allowlist(lab.forming('repodata.json.bz2', 'repodata_from_packages.json'));
    await cloud.run();
    expect(cloud.dead).toEqual([]);
    expect(formsIn()).toEqual([...usual, 'repodata_from_packages.json']);
    expect(cloud.telemetry.lines.join('\n')).toMatch(
      /warning: problem .*index\.form.*conda\/linux-64\/repodata\.json\.bz2/,
    );
  });

  it('is made by the bundled thread where there is one', async () => {
    await cloud.allowlist(lab.forming('repodata.json.bz2'));
    cloud.bzip2 = async (bytes) => Buffer.from(`bz2 of ${bytes.length}`);
    await cloud.run();
    expect(formsIn()).toEqual([usual[0], 'repodata.json.bz2', usual[1]]);
    expect(cloud.telemetry.lines.join('\n')).not.toContain('index.form');
  });
});
