import { describe, expect, it } from 'vitest';
import type { BatchReply } from '../../lambdas/events.ts';
import { pauseSeconds, soonAgain } from '../../lambdas/soon-again.ts';
import { failing } from '../support/cloud/cloud-lab.ts';
import { recordTelemetry } from '../support/cloud/recorded-telemetry.ts';

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
