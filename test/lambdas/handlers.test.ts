import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { CopyObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler.ts';
import { GatehouseError } from '../../core/error.ts';
import { objectKeySchema } from '../../core/layout.ts';
import { deployFiles } from '../../lambdas/deploy-files.ts';
import { download } from '../../lambdas/downloader.ts';
import { index } from '../../lambdas/indexer.ts';
import { cloudFrontInvalidation } from '../../lambdas/invalidate.ts';
import { s3KeysSchema } from '../../lambdas/s3-notification.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { type SmallCloud, smallCloud, telling } from '../support/small-cloud.ts';
import { small } from '../support/start-lab.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { memoryStore } from '../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let url: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  url = pathToFileURL(join(folder.path, 'upstream')).href;
  await buildChannel(join(folder.path, 'upstream'), [small('a 1.0', ['b']), small('b 1.0'), small('c 1.0')], {
    forms: ['json'],
  });
});
afterAll(() => folder[Symbol.asyncDispose]());

const key = (text: string) => objectKeySchema.parse(text);
const allowing = (...packages: string[]) => ({ channels: [url], platforms: ['linux-64'], packages });
const forming = (...forms: string[]) => ({ ...allowing('a'), forms });
const notification = (encoded: string, eventName = 'ObjectCreated:Put') =>
  JSON.stringify({ Records: [{ eventName, s3: { object: { key: encoded } } }] });
const testEvent = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: 'now', Bucket: 'channel' });
const batch = (...bodies: string[]) => bodies.map((body, i) => ({ messageId: `m${i}`, body }));
const failing = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const hotfixes = (instructions: object) =>
  Buffer.from(JSON.stringify({ patch_instructions_version: 1, ...instructions }));
const poison = ['', '{', '[]', '{"type":"elsewhere"}', '{"Records":[{}]}', 'null'];

const listed = (cloud: SmallCloud, subdir = 'linux-64') => {
  const bytes = cloud.bucket.objects.get(key(`conda/${subdir}/repodata.json`))?.bytes;
  return bytes === undefined ? null : Object.keys(JSON.parse(Buffer.from(bytes).toString())['packages.conda']);
};

let cloud: SmallCloud;
beforeEach(() => {
  cloud = smallCloud(solver);
});

/** A cloud that has a, b and nothing under way. */
async function synced(): Promise<SmallCloud> {
  await cloud.allowlist(allowing('a'));
  await cloud.run();
  expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  return cloud;
}

describe('what S3 tells', () => {
  const keys = (body: string) => s3KeysSchema.parse(JSON.parse(body));
  it.each([
    ['conda/noarch/a%2Bb-1-0.conda', ['conda/noarch/a+b-1-0.conda', 'conda/noarch/a%2Bb-1-0.conda']],
    ['conda/noarch/a+b-1-0.conda', ['conda/noarch/a b-1-0.conda', 'conda/noarch/a+b-1-0.conda']],
    ['conda/noarch/%C3%BC.conda', ['conda/noarch/ü.conda', 'conda/noarch/%C3%BC.conda']],
    ['conda%2Fnoarch%2Fa-1-0.conda', ['conda/noarch/a-1-0.conda', 'conda%2Fnoarch%2Fa-1-0.conda']],
    ['conda/noarch/a-1-0.conda', ['conda/noarch/a-1-0.conda']],
    ['conda/noarch/%zz', ['conda/noarch/%zz']],
    ['conda/../%2e%2e/x', []],
  ])('%s may mean %j', (encoded, meant) => {
    expect(keys(notification(encoded))).toEqual(meant);
  });

  it('a test event means nothing, to nobody', async () => {
    expect(keys(testEvent)).toEqual([]);
    const before = cloud.objects();
    for (const on of ['scraper', 'indexer', 'prover'] as const) {
      expect(await cloud.invoke(on, batch(testEvent))).toEqual(failing());
    }
    expect(cloud.objects()).toEqual(before);
  });
});

describe('a poison message', () => {
  it.each(['scraper', 'downloader', 'indexer', 'prover'] as const)('fails alone at the %s', async (on) => {
    await synced();
    const good = {
      scraper: notification('_gatehouse/allowlist.json'),
      downloader: '',
      indexer: notification('conda/linux-64/a-1.0-0.conda'),
      prover: notification('conda/linux-64/repodata.json.zst'),
    }[on];
    const bodies = on === 'downloader' ? poison : [...poison, good];
    expect(await cloud.invoke(on, batch(...bodies))).toEqual(failing(...poison.map((_, i) => `m${i}`)));
    expect(cloud.told.lines.filter((line) => line.startsWith('failed: message m0'))).toHaveLength(1);
  });

  it('ends as a dead letter after its tries, and the rest of its batch is done', async () => {
    cloud.send('scraper', 'poison');
    await synced();
    expect(cloud.dead).toEqual([{ queue: 'scraper', body: 'poison' }]);
  });
});

describe('the scraper', () => {
  it('plans nothing by an allowlist that is none: the message fails, and all stays', async () => {
    await synced();
    const before = cloud.objects('conda/');
    await cloud.put(key('_gatehouse/allowlist.json'), Buffer.from('{"packages":[]}'));
    await cloud.run();
    expect(cloud.dead).toHaveLength(1);
    expect(cloud.told.lines.join('\n')).toContain('"channels"');
    expect(cloud.objects('conda/')).toEqual(before);
    await expect(cloud.schedule('monday')).rejects.toThrow(/channels/);
  });

  it('a trigger that comes twice starts one run; a change of the hotfixes starts one too', async () => {
    await synced();
    const runs = () =>
      Object.keys(cloud.objects('_gatehouse/runs/')).filter((one) => /\/[0-9a-f]{64}\.json$/.test(one));
    expect(runs()).toHaveLength(1);
    await cloud.schedule('monday');
    await cloud.schedule('monday');
    await cloud.run();
    expect(runs()).toHaveLength(2);
    await cloud.put(key('_gatehouse/patches/linux-64.json'), hotfixes({}));
    await cloud.run();
    expect(runs()).toHaveLength(3);
  });

  it.each([
    [
      'cannot be read',
      'linux-64',
      '{"patch_instructions_version":1,"remvoe":[]}',
      /linux-64\.json:1:33: .*did you mean/,
    ],
    ['is of no subdir', 'linux64', '{"patch_instructions_version":1}', /linux64\.json is not named for a subdir/],
  ])('plans nothing by hotfixes of which a file %s: the message fails, and all stays', async (_, name, text, says) => {
    await synced();
    const before = cloud.objects('conda/');
    await cloud.put(key(`_gatehouse/patches/${name}.json`), Buffer.from(text));
    await cloud.allowlist(allowing('c'));
    await cloud.run();
    expect(cloud.dead.map(({ queue }) => queue)).toEqual(['scraper', 'scraper']);
    expect(cloud.told.lines.join('\n')).toMatch(says);
    expect(cloud.objects('conda/')).toEqual(before);
    await expect(cloud.schedule('monday')).rejects.toMatchObject({ code: 'patches.invalid', retry: false });
  });

  it('a run ends when the hotfixes change that it began with, though nobody tells of it', async () => {
    const messages: string[] = [];
    cloud.drop = (body) => body.includes('"slice"') && messages.push(body) > 0;
    await cloud.allowlist(allowing('a'));
    await cloud.turn();
    cloud.drop = (body) => body.includes('/patches/');
    await cloud.put(key('_gatehouse/patches/linux-64.json'), hotfixes({}));
    for (const body of messages) cloud.send('scraper', body);
    await cloud.run();
    expect(messages).not.toEqual([]);
    expect(cloud.told.lines.filter((line) => /^(slice|merge) .*superseded/.test(line))).toHaveLength(2);
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('has the index written anew when the allowlist asks for other forms, though no package changes', async () => {
    await synced();
    const shards = 'conda/linux-64/repodata_shards.msgpack.zst';
    expect(cloud.objects(shards)).toEqual({});
    await cloud.allowlist(forming('repodata_shards.msgpack.zst'));
    await cloud.run();
    expect(Object.keys(cloud.objects(shards))).toEqual([shards]);
  });

  it('a slice that is never worked out is named after eight hours; the rest comes in and nothing leaves', async () => {
    await synced();
    cloud.now += 1000;
    await cloud.allowlist(allowing('c'));
    const lost = (body: string) => body.includes('"slice"');
    cloud.drop = lost;
    const hours = async () => {
      for (let quarter = 0; quarter < 34; quarter++) {
        cloud.now += 900_000;
        await cloud.turn();
      }
    };
    await hours();
    await cloud.run();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    expect(cloud.told.lines.join('\n')).toContain('was not worked out in time');
    expect(cloud.told.counts.get('SlicesMissing')).toBe(1);
    cloud.drop = () => false;
    await cloud.schedule('next week');
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
  });
});

describe('the downloader', () => {
  const context = { getRemainingTimeInMillis: () => 900_000 };
  const jobs = async () => {
    await cloud.allowlist(allowing('a'));
    const bodies: string[] = [];
    cloud.drop = (body) => {
      if (body.includes('"artifact"')) bodies.push(body);
      return body.includes('"artifact"') || body.includes('"settle"');
    };
    await cloud.run();
    expect(bodies).toHaveLength(2);
    return bodies;
  };
  const world = (more: object = {}) => ({ ...cloud.world(), telemetry: cloud.told, ...more });

  it('one artifact that fails is told by name and the others are stored', async () => {
    const [first = '', second = ''] = await jobs();
    const { fetch } = world();
    const refusing = async (at: string, headers: Record<string, string>) => {
      if (at.includes('a-1.0')) throw new GatehouseError('upstream.status', 'answered with status 403');
      return fetch(at, headers);
    };
    const reply = await download({ Records: batch(first, second) }, world({ fetch: refusing }), context);
    expect(reply.batchItemFailures).toHaveLength(1);
    expect(Object.keys(cloud.objects('conda/linux-64/b'))).toHaveLength(1);
    expect(cloud.told.lines.join('\n')).toMatch(/failed: .*linux-64\/a-1\.0-0\.conda: upstream\.status/);
  });

  it('one that is too large for the scratch disk fails by name', async () => {
    const [first = ''] = await jobs();
    const { store } = world();
    const small = {
      ...store,
      stage: async () => {
        throw new GatehouseError('store.too-large', 'more than the 10 bytes there is scratch space for');
      },
    };
    expect(await download({ Records: batch(first) }, world({ store: small }), context)).toEqual(failing('m0'));
    expect(cloud.told.lines.join('\n')).toMatch(/fetch\.failed .*a-1\.0-0\.conda.*scratch space/);
  });

  it('one that is known to be too large is not even asked for, and comes once there is space', async () => {
    const [first = ''] = await jobs();
    const asked: string[] = [];
    const { fetch } = world();
    const asking = (at: string, headers: Record<string, string>) => {
      asked.push(at);
      return fetch(at, headers);
    };
    const reply = await download({ Records: batch(first) }, world({ fetch: asking, scratch: 10 }), context);
    expect([reply, asked]).toEqual([failing('m0'), []]);
    expect(cloud.told.lines.join('\n')).toMatch(
      /failed: .*a-1\.0-0\.conda.*\d bytes do not fit into 10 of scratch space/,
    );
    expect(await download({ Records: batch(first) }, world({ scratch: 100_000 }), context)).toEqual(failing());
    expect(await download({ Records: batch(first) }, world({ fetch: asking, scratch: 10 }), context)).toEqual(
      failing(),
    );
  });

  it('a transfer that outlasts the function fails by name before the function ends', async () => {
    const [first = ''] = await jobs();
    let left = 900_000;
    const { fetch } = world();
    const slow = async (at: string, headers: Record<string, string>) => {
      const response = await fetch(at, headers);
      left = 5000;
      return response;
    };
    const reply = await download({ Records: batch(first) }, world({ fetch: slow }), {
      getRemainingTimeInMillis: () => left,
    });
    expect(reply).toEqual(failing('m0'));
    expect(cloud.told.lines.join('\n')).toMatch(/a-1\.0-0\.conda.*time is over/);
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('a job of a run that was superseded brings nothing in', async () => {
    const [first = ''] = await jobs();
    cloud.drop = () => false;
    await cloud.allowlist(allowing('c'));
    await cloud.run();
    expect(await cloud.invoke('downloader', batch(first))).toEqual(failing());
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('a job twice is a success twice', async () => {
    const [first = ''] = await jobs();
    expect(await cloud.invoke('downloader', batch(first, first))).toEqual(failing());
    expect(await cloud.invoke('downloader', batch(first))).toEqual(failing());
  });
});

describe('the indexer', () => {
  it('a package removed by hand leaves the index, whatever the order of its events', async () => {
    await synced();
    await memoryStore({}, cloud.bucket).delete(key('conda/linux-64/b-1.0-0.conda'));
    const gone = notification('conda/linux-64/b-1.0-0.conda', 'ObjectRemoved:DeleteMarkerCreated');
    const came = notification('conda/linux-64/b-1.0-0.conda');
    expect(await cloud.invoke('indexer', batch(gone, came, came))).toEqual(failing());
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
  });

  it('a subdir that cannot be indexed fails only its own messages', async () => {
    await synced();
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
    await synced();
    cloud.drop = () => true;
    await memoryStore({}, cloud.bucket).delete(key('conda/linux-64/b-1.0-0.conda'));
    cloud.drop = () => false;
    expect(await cloud.reconcile()).toEqual(failing());
    await cloud.run();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda']);
  });

  it('invalidates what changed, a few paths a batch, and a failure there fails nothing', async () => {
    await synced();
    const mock = mockClient(CloudFrontClient);
    mock.on(CreateInvalidationCommand).rejectsOnce(new Error('throttled')).resolves({});
    const invalidate = cloudFrontInvalidation('E123', new CloudFrontClient({ region: 'us-east-1' }));
    const store = memoryStore({}, cloud.bucket);
    const world = { ...cloud.world(), queue: { send: async () => {} }, invalidate };
    for (const name of ['b', 'a']) {
      await store.delete(key(`conda/linux-64/${name}-1.0-0.conda`));
      const event = { Records: batch(notification(`conda/linux-64/${name}-1.0-0.conda`)) };
      expect(await index(event, world)).toEqual(failing());
    }
    expect(await index({ Records: batch(notification('conda/linux-64/a-1.0-0.conda')) }, world)).toEqual(failing());
    const calls = mock.commandCalls(CreateInvalidationCommand).map(({ args: [{ input }] }) => input);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.InvalidationBatch?.Paths?.Items).toEqual([
      '/conda/linux-64/repodata*',
      '/conda/linux-64/current_repodata*',
      '/conda/linux-64/run_exports*',
      '/conda/channeldata.json',
    ]);
    mock.restore();
  });
});

describe('the forms that the allowlist asks for', () => {
  const formsIn = () => Object.keys(cloud.objects('conda/linux-64/repodata')).map((at) => at.split('/').at(-1));
  const touch = () => cloud.invoke('indexer', batch(JSON.stringify({ type: 'index', subdir: 'linux-64' })));
  const usual = ['repodata.json', 'repodata.json.zst'];

  it('that it asks for no more, and those it asked for before it was lost, are kept up to date', async () => {
    await cloud.allowlist(forming('repodata_from_packages.json'));
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
    await cloud.allowlist(forming('repodata.json.bz2', 'repodata_from_packages.json'));
    await cloud.run();
    expect(cloud.dead).toEqual([]);
    expect(formsIn()).toEqual([...usual, 'repodata_from_packages.json']);
    expect(cloud.told.lines.join('\n')).toMatch(/warning: problem .*index\.form.*conda\/linux-64\/repodata\.json\.bz2/);
  });

  it('is made by the bundled thread where there is one', async () => {
    await cloud.allowlist(forming('repodata.json.bz2'));
    cloud.bzip2 = async (bytes) => Buffer.from(`bz2 of ${bytes.length}`);
    await cloud.run();
    expect(formsIn()).toEqual([usual[0], 'repodata.json.bz2', usual[1]]);
    expect(cloud.told.lines.join('\n')).not.toContain('index.form');
  });
});

describe('the pruner', () => {
  const day = 24 * 60 * 60 * 1000;
  const before = 'conda/linux-64/';

  /** A cloud in which c took the place of a and b long ago, with a form that nobody asks for any more. */
  async function withdrawn(): Promise<void> {
    await cloud.allowlist(forming('repodata_shards.msgpack.zst'));
    await cloud.run();
    cloud.now += day;
    await cloud.allowlist(allowing('c'));
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
    expect(Object.keys(cloud.objects(`${before}b`))).toHaveLength(1);
  }

  it('deletes what nobody needs any more, and has the subdirs indexed that lost packages', async () => {
    await withdrawn();
    expect(await cloud.prune()).toEqual({ deleted: expect.any(Number) });
    expect(Object.keys(cloud.objects(`${before}b`))).toHaveLength(1);
    expect(Object.keys(cloud.objects(`${before}repodata_shards`))).toEqual([]);
    cloud.now += 91 * day;
    const sent: string[] = [];
    cloud.drop = (body) => body.includes('"index"') && sent.push(body) > 0;
    expect(await cloud.prune()).toEqual({ deleted: expect.any(Number) });
    expect(sent).toEqual(['{"type":"index","subdir":"linux-64"}']);
    expect(Object.keys(cloud.objects(`${before}b`))).toEqual([]);
    expect(Object.keys(cloud.objects(`${before}c-`))).toHaveLength(1);
    expect(Object.keys(cloud.objects(`${before}shards`))).toEqual([]);
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
    expect(cloud.told.lines.filter((line) => line.startsWith('deleted ')).join('\n')).toContain('b-1.0-0.conda');
    expect(await cloud.prune()).toEqual({ deleted: 0 });
  });

  it.each(['bad', 'missing'])('deletes nothing and fails when the allowlist is %s', async (how) => {
    await withdrawn();
    cloud.drop = () => true;
    cloud.now += 365 * day;
    if (how === 'bad') await cloud.put(key('_gatehouse/allowlist.json'), Buffer.from('{'));
    else await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
    const all = cloud.objects();
    await expect(cloud.prune()).rejects.toMatchObject({ code: expect.stringMatching(/^allowlist\./) });
    expect(cloud.objects()).toEqual(all);
  });
});

describe('the prover', () => {
  it('proves once for a batch; when it cannot, all its messages come again', async () => {
    await synced();
    const changed = notification('conda/linux-64/repodata.json.zst');
    const proofs = () => cloud.told.lines.filter((line) => line.startsWith('proof ')).length;
    const before = proofs();
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing());
    expect(proofs()).toBe(before + 1);
    await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing('m0', 'm2'));
  });
});

describe('deploy-files', () => {
  const identity = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', ResponseURL: 'https://cfn.invalid/answer' };
  const file = (target: string, hash: string) => ({ bucket: 'cdk-assets', key: `${hash}.json`, target });
  const answered = async (event: object) => {
    const mock = mockClient(S3Client);
    const answers: unknown[] = [];
    await deployFiles(
      { ...identity, ...event },
      {
        bucket: 'channel',
        client: new S3Client({ region: 'us-east-1' }),
        answer: async (to, body) => void answers.push([to, JSON.parse(body)]),
      },
    );
    const copies = mock
      .commandCalls(CopyObjectCommand)
      .map(({ args: [{ input }] }) => `${input.CopySource} ${input.Key}`);
    const puts = mock.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => `${input.Key} ${input.Body}`);
    mock.restore();
    return { answers, copies, puts };
  };
  const succeeded = [
    identity.ResponseURL,
    { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', PhysicalResourceId: 'gatehouse-files', Status: 'SUCCESS' },
  ];
  const patches = '_gatehouse/patches/linux-64.json';

  it('copies the allowlist last, after the hotfixes it goes with', async () => {
    const files = [file('_gatehouse/allowlist.json', 'aa'), file(patches, 'bb')];
    const { answers, copies } = await answered({ RequestType: 'Create', ResourceProperties: { files } });
    expect(copies).toEqual([`cdk-assets/bb.json ${patches}`, 'cdk-assets/aa.json _gatehouse/allowlist.json']);
    expect(answers).toEqual([succeeded]);
  });

  it('leaves no hotfixes in force that left the repository, and deletes nothing', async () => {
    const files = [file('_gatehouse/allowlist.json', 'aa')];
    const OldResourceProperties = { files: [...files, file(patches, 'bb')] };
    const updated = await answered({ RequestType: 'Update', ResourceProperties: { files }, OldResourceProperties });
    expect(updated.puts).toEqual([`${patches} {"patch_instructions_version":1}`]);
    const deleted = await answered({ RequestType: 'Delete', ResourceProperties: { files } });
    expect(deleted).toEqual({ answers: [succeeded], copies: [], puts: [] });
  });

  it.each(['conda/linux-64/a-1-0.conda', '_gatehouse/control/conda/linux-64.json', '_gatehouse/patches/x y.json'])(
    'writes nothing to %s, and says why',
    async (target) => {
      const files = [file(target, 'aa')];
      const { answers, copies } = await answered({ RequestType: 'Create', ResourceProperties: { files } });
      expect(copies).toEqual([]);
      expect(answers).toMatchObject([
        [identity.ResponseURL, { Status: 'FAILED', Reason: expect.stringMatching(/target/) }],
      ]);
    },
  );
});

it('what is logged of a failure names the message and not more than is needed of it', async () => {
  const told = telling();
  const world = { ...cloud.world(), telemetry: told };
  await download({ Records: batch('x'.repeat(10_000)) }, world, { getRemainingTimeInMillis: () => 900_000 });
  expect(told.lines).toHaveLength(1);
  expect(told.lines[0]?.length).toBeLessThan(700);
});
