import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import type { Event } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { channelStatus, statusProblems } from '../../core/status/channel-status.ts';
import { type RemoteSync, remoteSync } from '../../local/pipeline/remote-sync.ts';
import { syncProblems } from '../../local/pipeline/sync.ts';
import { syncSummary } from '../../local/render/sync.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { small } from '../support/cli/start-lab.ts';
import { deployedStack } from '../support/cloud/deployed-stack.ts';
import { type SmallCloud, smallCloud } from '../support/cloud/small-cloud.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

const solver = rattlerSolver();
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  const linked = (name: string) => ({ files: [{ path: `bin/.${name}-post-link.sh`, content: 'curl x | sh\n' }] });
  const packages = [small('a 1.0'), small('b 1.0', ['a']), small('b 2.0', ['a'], linked('b')), small('c 1.0')];
  packages.push(small('e 1.0'), small('e 2.0'));
  await buildChannel(join(folder.path, 'upstream'), packages, { forms: ['json'] });
  await writeFile(join(folder.path, 'upstream/linux-64/e-2.0-0.conda'), 'other bytes');
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const allowing = (...packages: string[]) => {
  return { channels: [pathToFileURL(join(folder.path, 'upstream')).href], platforms: ['linux-64'], packages };
};

interface Followed {
  readonly done: RemoteSync;
  readonly events: readonly Event[];
  /** What was sent to the plan queue, in order. */
  readonly sent: readonly string[];
}

const second = 1000;

const countOf = (cloud: SmallCloud) => async () => ({ waiting: cloud.waiting(), atWork: 0, later: 0 });

/** Follows a run while the cloud works: at each pause, all that waits is delivered, and what comes later does not. */
async function followed(
  cloud: SmallCloud,
  { batches = 1, meanwhile = async () => {}, patienceMs = 3600 * second, count = countOf(cloud) } = {},
): Promise<Followed> {
  const events: Event[] = [];
  const sent: string[] = [];
  const world = cloud.world();
  const sleep = async (ms: number) => {
    cloud.now += ms;
    await meanwhile();
    await cloud.deliver(batches);
  };
  const stack = deployedStack();
  const send = async (url: string, message: string) => {
    sent.push(message);
    return cloud.send(url === stack.queues.proof.queue ? 'prover' : 'scraper', message);
  };
  const log = (event: Event) => void events.push(event);
  const clock = { ...world.clock, sleep };
  const done = await remoteSync({ ...world, clock, log, stack, queues: { send, count } }, patienceMs);
  return { done, events, sent };
}

const settles = (sent: readonly string[]) => sent.filter((message) => message.includes('settle')).length;

const status = async (cloud: SmallCloud) => channelStatus(cloud.world());

describe('a sync that the cloud does', () => {
  it('ends with the summary and the problems of one by command, a quarter of an hour sooner than the run by itself', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('c', 'a', 'nothing-such'));
    await cloud.run();
    await cloud.allowlist(allowing('a', 'b ==1.0', 'nothing-such'));
    cloud.drop = (body) => body.includes('allowlist.json');
    const { done, events, sent } = await followed(cloud);
    if (done === null) throw new Error('it did not end');
    expect(done.fetched).toEqual(['linux-64/b-1.0-0.conda']);
    const problems = syncProblems(done);
    expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'entry.unsolvable nothing-such on linux-64',
    ]);
    expect(syncSummary(done, problems)).toMatch(
      /^fetched 1, changed 0, dropped 1; 2 packages in the index\nproof: 2 of 3/,
    );
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run.asked', 'plan.solved', 'plan.unsolved', 'plan.ready', 'fetch.done', 'run.settled']),
    );
    expect(settles(sent)).toBeLessThanOrEqual(1);
  });

  it('goes on with the run that plans around what the gate holds', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('c'));
    await cloud.run();
    cloud.now += second;
    cloud.drop = (body) => body.includes('allowlist.json');
    await cloud.allowlist(allowing('b'));
    const { done, events } = await followed(cloud);
    if (done === null) throw new Error('it did not end');
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.replaced', by: 'around' }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'fetch.held', key: 'conda/linux-64/b-2.0-0.conda' }));
    expect(done.fetched).toEqual(['linux-64/a-1.0-0.conda', 'linux-64/b-1.0-0.conda']);
    expect(done.held).toMatchObject([{ code: 'gate.held', subject: 'linux-64/b-2.0-0.conda' }]);
    expect(syncProblems(done)).toEqual([]);
    const { last } = await status(cloud);
    expect(last).toMatchObject({ by: 'cloud', round: 2, stage: 'settled', files: { done: 1, of: 1 } });
    expect(last?.waiting).toMatchObject([{ id: 'linux-64/b-2.0-0.conda' }]);
  });

  it('tells of what cannot be fetched, and goes on with the run that does without', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('c'));
    await cloud.run();
    cloud.now += second;
    cloud.drop = (body) => body.includes('allowlist.json');
    await cloud.allowlist(allowing('c', 'e'));
    const { done, events } = await followed(cloud);
    const detail = expect.stringContaining('fetch.size');
    const failed = { subject: 'linux-64/e-2.0-0.conda', code: 'fetch.failed', detail };
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'fetch.failed', problem: expect.objectContaining(failed) }),
    );
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.replaced', by: 'around' }));
    expect(done?.fetched).toEqual(['linux-64/e-1.0-0.conda']);
    expect(done && syncProblems(done)).toMatchObject([failed]);
  });

  it('says when another deployment takes its place, and follows that', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('a'));
    await cloud.run();
    let pauses = 0;
    const meanwhile = async () => {
      if (++pauses === 2) await cloud.allowlist(allowing('a', 'c'));
    };
    const { done, events } = await followed(cloud, { meanwhile });
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.replaced', by: 'another' }));
    expect(done?.fetched).toEqual(['linux-64/c-1.0-0.conda']);
  });

  it('tells at each stage how far it is, as status does', async () => {
    const cloud = smallCloud(solver);
    const seen = new Set<string>();
    await cloud.allowlist(allowing('b ==1.0', 'c'));
    const meanwhile = async () => {
      const { underWay } = await status(cloud);
      const share = underWay?.files ?? underWay?.slices;
      if (underWay !== null) seen.add(`${underWay.stage} ${share?.done}/${share?.of}`);
    };
    await followed(cloud, { meanwhile });
    expect([...seen]).toEqual(expect.arrayContaining(['planning 0/1', 'fetching 0/3', 'fetching 2/3']));
    const ended = await status(cloud);
    expect([ended.underWay, ended.last?.stage, ended.proof?.conda]).toEqual([null, 'settled', { done: 2, of: 2 }]);
    expect(statusProblems(ended)).toEqual([]);
  });

  it('lets the run go on when time is over', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('c'));
    expect((await followed(cloud, { patienceMs: 4 * second })).done).toBeNull();
    await cloud.run();
    expect((await status(cloud)).last?.stage).toBe('settled');
  });

  it('waits until index and proof are quiet, or says that it cannot see it', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist(allowing('c'));
    let left = 20;
    const count = async () => ({ waiting: 0, atWork: left-- > 0 ? 1 : 0, later: 0 });
    const { done } = await followed(cloud, { count });
    expect(left).toBeLessThan(-3);
    expect(done?.proof.gained).toMatchObject([{ entry: 'c' }]);
    const denied = async (): Promise<never> => {
      throw new GatehouseError('queue.broken', 'no', { retry: false });
    };
    const unseen = await followed(cloud, { count: denied });
    expect(unseen.events).toContainEqual({ type: 'run.unseen', reason: 'no' });
    expect(unseen.done?.fetched).toEqual([]);
  });

  it('asks for nothing by an allowlist that no run could read', async () => {
    const cloud = smallCloud(solver);
    await cloud.allowlist({ channels: 3 });
    await expect(followed(cloud)).rejects.toMatchObject({ code: 'allowlist.invalid' });
  });
});
