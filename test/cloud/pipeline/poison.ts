import { join } from 'node:path';
import { StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { md5Tag } from '../s3/object-requests.ts';
import { change } from '../s3/s3-world.ts';
import { appOutput, deadLetters, openScene, type Scene } from './scene.ts';

const minute = 60 * 1000;
const hour = 60 * minute;

/** What fails is told to come again, by who may do so, and the first time within a minute. */
function expectSoonAgain({ cloud, logs }: Scene['stack'], { asked, began }: { asked: number; began: number }): void {
  const postponed = cloud.requests.slice(asked).filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch');
  for (const name of ['Plan', 'Job', 'Index', 'Proof'])
    expect(postponed.some(({ resource }) => resource.startsWith(`Channel${name}Queue`))).toBe(true);
  expect(logs.filter(({ text }) => text.includes('"postpone"'))).toEqual([]);
  expect(cloud.time.now() - began).toBeLessThan(7 * hour);
}

describe('messages that cannot be handled', { shuffle: false }, () => {
  let folder: TemporaryFolder;
  let upstream: FolderServer;
  let scene: Scene;
  let isBroken = true;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const packages = [small('app 1.0', ['lib']), small('lib 1.0'), small('old 1.0'), small('bad 1.0')];
    await buildChannel(join(folder.path, 'upstream'), packages, { forms: ['json'] });
    upstream = await serveFolder(join(folder.path, 'upstream'), {
      intercept: (request, response, next) =>
        isBroken && request.url?.includes('/bad-1.0') ? response.end('other bytes') : next(),
    });
    const document = { channels: [upstream.url], platforms: ['linux-64'], packages: ['app', 'old', 'bad'] };
    scene = await openScene(await appOutput(folder, JSON.stringify(document)));
    scene.expected.push(/json\.invalid/, /state\.damaged/, /fetch\.failed/);
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });

  const index = () => {
    const text = scene.contents('conda/linux-64/repodata.json')['conda/linux-64/repodata.json'] ?? '{}';
    return Object.keys(JSON.parse(text)['packages.conda'] ?? {}).toSorted();
  };
  const isIn = (name: string) => index().includes(`${name}-1.0-0.conda`);

  it('end as dead letters, and the rest of their batches lands', async () => {
    const { stack } = scene;
    const { bytes = Buffer.of() } = await buildPackage(small('by-hand 1.0'));
    const object = { bytes: Buffer.from(bytes), etag: md5Tag(bytes), headers: {}, modified: stack.cloud.time.now() };
    // In one turn, so that one batch takes them all.
    for (const queue of ['Plan', 'Job', 'Index', 'Proof']) stack.send(`Channel${queue}Queue`, 'garbage');
    change(stack.cloud.s3, 'ObjectCreated:Put', {
      bucket: stack.bucket,
      key: 'conda/linux-64/by-hand-1.0-0.conda',
      object,
    });
    stack.send('ChannelIndexQueue', '{"type":"index","subdir":"../up"}');
    const asked = stack.cloud.requests.length;
    const began = stack.cloud.time.now();
    await stack.rest(7 * hour);
    expectSoonAgain(stack, { asked, began });
    expect(index()).toEqual(['app', 'by-hand', 'lib', 'old'].map((name) => `${name}-1.0-0.conda`));
    const { Job = [], Index = [], ...others } = deadLetters(scene);
    expect(others).toEqual({ Event: [], Plan: ['garbage'], Proof: ['garbage'], Sweep: [] });
    expect(Index.toSorted()).toEqual(['garbage', '{"type":"index","subdir":"../up"}']);
    // The run has gone on without the package that cannot be had.
    expect(Job).toEqual(['garbage']);
  });

  it('a job that names what no plan has is one, and one of a plan that nobody knows is of no run', async () => {
    const { stack } = scene;
    const latest = JSON.parse(scene.contents('_gatehouse/runs/latest')['_gatehouse/runs/latest.json'] ?? '');
    const run = `_gatehouse/runs/${latest.run}.json`;
    const { plan } = JSON.parse(scene.contents(run)[run] ?? '');
    const strange = JSON.stringify({ plan, artifact: 'linux-64/never-1.0-0.conda' });
    const unknown = JSON.stringify({ plan: '0'.repeat(64), artifact: 'linux-64/app-1.0-0.conda' });
    for (const body of [strange, unknown]) stack.send('ChannelJobQueue', body);
    await stack.rest(20 * hour);
    const dead = stack.waiting('ChannelJobDeadLetters');
    expect([dead.includes(strange), dead.includes(unknown)]).toEqual([true, false]);
  });

  it('say why they were given up, and go back to the queue that is named', async () => {
    const { stack, clients } = scene;
    const queueNamed = (start: string) =>
      [...stack.cloud.sqs.queues.values()].find(({ name }) => name.startsWith(start));
    const letters = queueNamed('ChannelPlanDeadLetters');
    expect([...(letters?.messages ?? [])].map(({ attributes }) => attributes)).toEqual([
      { code: 'json.invalid', reason: expect.stringMatching(/^a message to the scraper/) },
    ]);
    const before = stack.logs.length;
    const move = { SourceArn: letters?.arn, DestinationArn: queueNamed('ChannelPlanQueue')?.arn };
    await clients.sqs.send(new StartMessageMoveTaskCommand(move));
    await stack.rest(7 * hour);
    expect(stack.logs.slice(before).filter(({ text }) => text.includes('json.invalid')).length).toBeGreaterThan(4);
    expect(stack.waiting('ChannelPlanDeadLetters')).toEqual(['garbage']);
  });

  it('are none of a package that could not be had: the next sync brings it', async () => {
    const { stack } = scene;
    isBroken = false;
    expect(isIn('bad')).toBe(false);
    await stack.fire('ChannelSync');
    await stack.rest();
    expect(isIn('bad')).toBe(true);
    expect(await scene.damage(['linux-64'])).toEqual([]);
    const { entries } = JSON.parse(scene.contents('_gatehouse/proof/')['_gatehouse/proof/conda.json'] ?? '');
    expect(entries.every(({ installable }: { installable: boolean }) => installable)).toBe(true);
  });
});
