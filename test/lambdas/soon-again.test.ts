import { describe, expect, it } from 'vitest';
import type { GivenUpMessage } from '../../adapters/sqs-dead-letters.ts';
import { GatehouseError } from '../../core/problems/error.ts';
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
    const letters: GivenUpMessage[] = [];
    const giveUp = async (given: readonly GivenUpMessage[]) => {
      if (failure) throw failure;
      letters.push(...given);
    };
    const world = { telemetry, clock: { random: () => 0.5 }, postpone, maxReceives: 10, giveUp };
    const handle = (_event: unknown, { telemetry: heard }: typeof world) => {
      heard.failed('message', new GatehouseError('allowlist.invalid', 'allowlist.json:3:5: no such', { hint: 'mend' }));
      return outcome();
    };
    const reply = await soonAgain(handle)(event, world, null).catch((error: unknown) => error);
    return { told, reply, letters, telemetry, lines: telemetry.lines };
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
    expect([reply, lines.slice(1)]).toEqual([failing('m0'), [expect.stringContaining('no network')]]);
  });

  const why = [{ code: 'allowlist.invalid', reason: 'allowlist.json:3:5: no such', hint: 'mend', retry: false }];

  it('but for the last time: then it is a dead letter with the reason, and does not come again', async () => {
    const { told, reply, letters } = await postponedBy(received(10, 9, 10), async () => failing('m0', 'm1'));
    expect(letters).toEqual([{ body: '', failures: why }]);
    expect([told.length, reply]).toEqual([1, failing('m1')]);
  });

  it('nor does one whose invocation throws the last time: the error is the reason', async () => {
    const { reply, letters } = await postponedBy(received(10, 1), () => Promise.reject(new Error('broken')));
    expect(letters).toMatchObject([
      { failures: [{ code: 'internal.bug', reason: expect.stringContaining('broken') }] },
    ]);
    expect(reply).toEqual(failing('m1'));
  });

  it('comes again where no dead letter can be sent: its queue gives it up by itself', async () => {
    const { reply } = await postponedBy(received(10), async () => failing('m0'), new Error('no network'));
    expect(reply).toEqual(failing('m0'));
  });

  it('is counted from its third delivery on, and no failure that passed by then', async () => {
    const { telemetry } = await postponedBy(received(1, 2, 3, 4), async () => failing('m0', 'm1', 'm2', 'm3'));
    expect(telemetry.counts.get('MessagesFailing')).toBe(2);
    const passed = await postponedBy(received(1, 2, 9), async () => failing('m0', 'm1'));
    expect(passed.telemetry.counts.has('MessagesFailing')).toBe(false);
  });

  it('the first time within a minute; five deliveries take 45 to 92 minutes, ten 3 to 7 hours', () => {
    const waits = (deliveries: number, random: number) =>
      Array.from({ length: deliveries - 1 }, (_, i) => pauseSeconds(i + 1, random)).reduce((sum, one) => sum + one, 0);
    expect([pauseSeconds(1, 0), pauseSeconds(1, 0.999)]).toEqual([30, 60]);
    expect([waits(5, 0) / 60, waits(5, 0.999) / 60]).toEqual([45.5, expect.closeTo(91, 0)]);
    expect([waits(10, 0) / 3600, waits(10, 0.999) / 3600]).toEqual([expect.closeTo(3.26, 2), expect.closeTo(6.5, 1)]);
  });
});
