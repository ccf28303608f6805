import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchBatch } from '../../lambdas/downloader.ts';
import { type BatchReply, pauseSeconds, s3KeysSchema, soonAgain } from '../../lambdas/events.ts';
import { batch, type CloudLab, failing, notification, startCloudLab, testEvent } from '../support/cloud/cloud-lab.ts';
import { recordTelemetry } from '../support/cloud/recorded-telemetry.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

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

const poison = ['', '{', '[]', '{"type":"elsewhere"}', '{"Records":[{}]}', 'null'];

describe('a poison message', () => {
  it.each(['scraper', 'downloader', 'indexer', 'prover'] as const)('fails alone at the %s', async (on) => {
    await lab.synced(cloud);
    const good = {
      scraper: notification('_gatehouse/allowlist.json'),
      downloader: '',
      indexer: notification('conda/linux-64/a-1.0-0.conda'),
      prover: notification('conda/linux-64/repodata.json.zst'),
    }[on];
    const bodies = on === 'downloader' ? poison : [...poison, good];
    expect(await cloud.invoke(on, batch(...bodies))).toEqual(failing(...poison.map((_, i) => `m${i}`)));
    expect(cloud.telemetry.lines.filter((line) => line.startsWith('failed: message m0'))).toHaveLength(1);
  });

  it('ends as a dead letter after its tries, and the rest of its batch is done', async () => {
    cloud.send('scraper', 'poison');
    await lab.synced(cloud);
    expect(cloud.dead).toEqual([{ queue: 'scraper', body: 'poison' }]);
  });
});

it('what is logged of a failure names the message and not more than is needed of it', async () => {
  const telemetry = recordTelemetry();
  const world = { ...cloud.world(), telemetry };
  await fetchBatch({ Records: batch('x'.repeat(10_000)) }, world, { getRemainingTimeInMillis: () => 900_000 });
  expect(telemetry.lines).toHaveLength(1);
  expect(telemetry.lines[0]?.length).toBeLessThan(700);
});

describe('what failed comes again soon', () => {
  const received = (...counts: number[]) => ({
    Records: counts.map((count, i) => ({
      messageId: `m${i}`,
      receiptHandle: `r${i}`,
      body: '',
      attributes: { ApproximateReceiveCount: `${count}` },
    })),
  });

  /** What is postponed when a batch comes out so, and the outcome itself. */
  async function postponedBy(event: unknown, outcome: () => Promise<BatchReply>, failure?: Error) {
    const told: unknown[] = [];
    const telemetry = recordTelemetry();
    const postpone = async (messages: readonly unknown[]) => {
      told.push(...messages);
      if (failure) throw failure;
      return 0;
    };
    const world = { telemetry, clock: { random: () => 0.5 }, postpone };
    const reply = await soonAgain(outcome)(event, world, null).catch((error: unknown) => error);
    return { told, reply, lines: telemetry.lines };
  }

  it('the messages that failed, and no other: a longer pause for each delivery', async () => {
    const { told, reply } = await postponedBy(received(1, 1, 2, 9), async () => failing('m1', 'm2', 'm3'));
    expect(reply).toEqual(failing('m1', 'm2', 'm3'));
    expect(told).toEqual([
      { receiptHandle: 'r1', seconds: 45 },
      { receiptHandle: 'r2', seconds: 225 },
      { receiptHandle: 'r3', seconds: 2700 },
    ]);
  });

  it('all of a batch whose invocation throws, and the error stays', async () => {
    const { told, reply } = await postponedBy(received(1, 1), () => Promise.reject(new Error('broken')));
    expect([told.length, reply]).toEqual([2, new Error('broken')]);
  });

  it('none of a batch that is done, nor of an event that no queue sent', async () => {
    expect((await postponedBy(received(1), async () => failing())).told).toEqual([]);
    expect((await postponedBy({ type: 'reconcile' }, async () => failing())).told).toEqual([]);
  });

  it('or when its visibility timeout is over, where it cannot be told', async () => {
    const { reply, lines } = await postponedBy(received(1), async () => failing('m0'), new Error('no network'));
    expect([reply, lines]).toEqual([failing('m0'), [expect.stringContaining('no network')]]);
  });

  it('the first time within a minute; five deliveries take 45 to 92 minutes, ten 3 to 7 hours', () => {
    const waits = (deliveries: number, random: number) =>
      Array.from({ length: deliveries - 1 }, (_, i) => pauseSeconds(i + 1, random)).reduce((sum, one) => sum + one, 0);
    expect([pauseSeconds(1, 0), pauseSeconds(1, 0.999)]).toEqual([30, 60]);
    expect([waits(5, 0) / 60, waits(5, 0.999) / 60]).toEqual([45.5, expect.closeTo(91, 0)]);
    expect([waits(10, 0) / 3600, waits(10, 0.999) / 3600]).toEqual([expect.closeTo(3.26, 2), expect.closeTo(6.5, 1)]);
  });
});
