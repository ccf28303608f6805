import { describe, expect, it } from 'vitest';
import { memoryQueue } from '../../adapters/queue-memory.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { queueContract } from '../contracts/queue-contract.ts';

queueContract('the queue in memory', async () => {
  const queue = memoryQueue();
  return {
    queue,
    drain: async (handle, maxReceives) => (await queue.drain({ concurrency: 4, maxReceives, handle })).dead,
    close: async () => {},
  };
});

describe('the queue in memory', () => {
  it('handles as many at once as it may, and no more', async () => {
    const queue = memoryQueue();
    await queue.send(Array.from({ length: 20 }, (_, i) => `${i}`));
    let [now, most] = [0, 0];
    const handle = async () => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      now -= 1;
    };
    expect(await queue.drain({ concurrency: 3, handle })).toEqual({ delivered: 20, dead: [] });
    expect(most).toBe(3);
  });

  it('delivers three times when it is not told how often', async () => {
    const queue = memoryQueue();
    await queue.send(['m']);
    let tries = 0;
    const handle = async () => {
      tries += 1;
      throw new GatehouseError('store.busy', 'later', { retry: true });
    };
    expect(await queue.drain({ concurrency: 1, handle })).toEqual({
      delivered: 0,
      dead: [{ message: 'm', reason: 'store.busy: later' }],
    });
    expect(tries).toBe(3);
  });

  it('stops delivering when it is aborted, and keeps what is unfinished for the next drain', async () => {
    const queue = memoryQueue();
    await queue.send(['a', 'b', 'c', 'd']);
    const abort = new AbortController();
    const handle = async (message: string) => {
      if (message !== 'b') return;
      abort.abort();
      throw new Error('cut off');
    };
    expect(await queue.drain({ concurrency: 1, signal: abort.signal, handle })).toEqual({ delivered: 1, dead: [] });
    const rest: string[] = [];
    await queue.drain({ concurrency: 1, handle: async (message) => void rest.push(message) });
    expect(rest.sort()).toEqual(['b', 'c', 'd']);
  });

  it('delivers nothing when it was aborted before', async () => {
    const queue = memoryQueue();
    await queue.send(['a']);
    const drained = await queue.drain({ concurrency: 2, signal: AbortSignal.abort(), handle: async () => {} });
    expect(drained).toEqual({ delivered: 0, dead: [] });
  });
});
