import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stackQueues } from '../../adapters/stack-queues.ts';
import { s3Store } from '../../adapters/store-s3/store-s3.ts';
import { storedAllowlistSha256 } from '../../core/documents/allowlist/stored-allowlist.ts';
import type { Deployed } from '../../core/documents/deployed.ts';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import { deployedKey } from '../../core/layout/keys.ts';
import { sha256Schema } from '../../core/names/digest.ts';
import { openQueue } from '../support/cloud/aws-places.ts';
import { type BucketHome, bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { deployedStack } from '../support/cloud/deployed-stack.ts';

const store = ['--store', `s3://${homeBucket}`];

/** A bucket that was synced, and that a stack fills whose functions do nothing; its queues are real. */
let home: BucketHome;
let clients: ReturnType<typeof cloudClients>;
let queue: string;
beforeAll(async () => {
  home = await bucketHome();
  clients = cloudClients(home.cloud.endpoint);
  queue = (await openQueue(clients.sqs)).name;
  await home.allow(['campus-notebook']);
  expect((await home.run(['sync', ...store])).status).toBe(0);
  await deploy({});
});
afterAll(async () => {
  clients.destroy();
  await home[Symbol.asyncDispose]();
});

/** Says in the bucket which stack fills it. */
function deploy(more: Partial<Deployed>) {
  const place = { queue, deadLetters: queue };
  const queues = { plan: place, job: place, index: place, proof: place, sweep: place };
  const stack = deployedStack({ region: 'us-east-1', queues, eventDeadLetters: queue, ...more });
  return bucket().put(deployedKey, Buffer.from(canonicalJson(stack)));
}

const bucket = () => s3Store(homeBucket, { client: clients.s3 });

const count = () => stackQueues('us-east-1', clients.sqs).count(queue);

describe('a stack from a machine that knows its bucket', () => {
  it('is asked for a run; Ctrl-C ends the following, and says that the run goes on', async () => {
    const before = await count();
    const started = home.start(['sync', '--remote', ...store]);
    await started.untilSaid('the stack was asked for a run: ');
    started.child.kill('SIGINT');
    const { status, stderr } = await started.ended;
    expect(stderr).toMatch(
      /\nthe run goes on by itself; gatehouse status --store s3:\/\/channel says how far it is\n$/,
    );
    expect(status).toBe(1);
    expect((await count()).waiting).toBe(before.waiting + 1);
  });

  it('says what lies in its dead letters, and in a line what cannot be read', async () => {
    await deploy({});
    await stackQueues('us-east-1', clients.sqs).send(queue, 'poison');
    const { status, stdout } = await home.run(['status', ...store, '--json']);
    const document = parseJson(
      stdout,
      z.looseObject({ problems: z.array(z.looseObject({ code: z.string() })) }),
      'stdout',
    );
    const codes = document.problems.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['sync.deployed', 'status.dead-letters']));
    expect(document).toMatchObject({ well: false, cloud: { alarms: null, unread: [{ subject: 'alarms' }] } });
    expect(status).toBe(1);
  });

  it('keeps its allowlist from another on this machine, whoever comes with it', async () => {
    const allowlist = sha256Schema.parse(await storedAllowlistSha256(bucket()));
    await deploy({ allowlist });
    await home.allow(['campus-text']);
    for (const args of [
      ['sync'],
      ['sweep', '--allowlist', 'allowlist.json'],
      ['prune', '--delete', '--allowlist', 'allowlist.json'],
    ]) {
      const before = home.tags('');
      const { status, stdout, stderr } = await home.run([...args, ...store]);
      expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(
        /^error: the stack Gatehouse fills this bucket.*\n {2}- campus-notebook\n {2}\+ campus-text\nhint: /,
      );
      expect(home.tags('')).toEqual(before);
    }
  });
});
