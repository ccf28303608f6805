import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter, Queue } from '../../core/ports/queue.ts';
import { GatehouseError } from '../../core/problems/error.ts';

export interface OpenedQueue {
  /** An empty queue. */
  readonly queue: Queue;
  /** Delivers until nothing is left, at most `maxReceives` times each; gives what was given up. */
  drain(handle: (message: string) => Promise<void>, maxReceives: number): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}

const passing = (): GatehouseError => new GatehouseError('store.busy', 'come back later', { retry: true });
const lasting = (): GatehouseError => new GatehouseError('store.broken', 'no such plan');

/** What every backend of the queue promises: at least once, in no order, and a reason for what is given up. */
export function queueContract(name: string, open: () => Promise<OpenedQueue>, runs = 100): void {
  describe(`${name} keeps the queue contract`, () => {
    let opened: OpenedQueue;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('delivers every message, also more than one batch holds, and none a second time once handled', async () => {
      const messages = Array.from({ length: 250 }, (_, i) => `{"job":"${i} é鍵"}`);
      await opened.queue.send(messages);
      await opened.queue.send([]);
      const seen: string[] = [];
      const dead = await opened.drain(async (message) => void seen.push(message), 3);
      expect(new Set(seen)).toEqual(new Set(messages));
      expect(dead).toEqual([]);
      const again: string[] = [];
      await opened.drain(async (message) => void again.push(message), 3);
      expect(again).toEqual([]);
    });

    it('delivers what is sent while it is drained', async () => {
      await opened.queue.send(['3']);
      const seen: string[] = [];
      await opened.drain(async (message) => {
        seen.push(message);
        if (message !== '0') await opened.queue.send([`${Number(message) - 1}`]);
      }, 3);
      expect(new Set(seen)).toEqual(new Set(['3', '2', '1', '0']));
    });

    it('delivers again what failed in passing', async () => {
      await opened.queue.send(['flaky', 'steady']);
      const tries = new Map<string, number>();
      const dead = await opened.drain(async (message) => {
        tries.set(message, (tries.get(message) ?? 0) + 1);
        if (message === 'flaky' && tries.get(message) !== 3) throw passing();
      }, 3);
      expect(dead).toEqual([]);
      expect(tries.get('flaky')).toBe(3);
    });

    it('gives up a message that fails in passing every time, with the reason, and handles the others', async () => {
      await opened.queue.send(['a', 'poison', 'b']);
      const seen: string[] = [];
      const dead = await opened.drain(async (message) => {
        seen.push(message);
        if (message === 'poison') throw passing();
      }, 4);
      expect(dead).toEqual([{ message: 'poison', reason: 'store.busy: come back later' }]);
      expect(seen.filter((message) => message === 'poison')).toHaveLength(4);
      expect(seen).toEqual(expect.arrayContaining(['a', 'b']));
    });

    it('gives up at once what can never succeed', async () => {
      await opened.queue.send(['hopeless', 'buggy']);
      const seen: string[] = [];
      const dead = await opened.drain(async (message) => {
        seen.push(message);
        throw message === 'hopeless' ? lasting() : new TypeError('x is undefined');
      }, 5);
      expect(new Set(seen)).toEqual(new Set(['hopeless', 'buggy']));
      expect(seen).toHaveLength(2);
      expect(dead.toSorted((a, b) => a.message.localeCompare(b.message))).toEqual([
        { message: 'buggy', reason: 'internal.bug: x is undefined' },
        { message: 'hopeless', reason: 'store.broken: no such plan' },
      ]);
    });

    it('loses none: each message is handled or dead, whatever fails how often', async () => {
      const failures = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(failures, fc.integer({ min: 1, max: 4 }), async (failing, maxReceives) => {
          const fresh = await open();
          const left = new Map(failing.map((times, i) => [`${i}`, times]));
          await fresh.queue.send([...left.keys()]);
          const dead = await fresh.drain(async (message) => {
            const times = left.get(message) ?? 0;
            left.set(message, times - 1);
            if (times > 0) throw passing();
          }, maxReceives);
          await fresh.close();
          const expected = failing.flatMap((times, i) => (times >= maxReceives ? [`${i}`] : []));
          expect(new Set(dead.map(({ message }) => message))).toEqual(new Set(expected));
        }),
        { numRuns: runs },
      );
    });
  });
}
