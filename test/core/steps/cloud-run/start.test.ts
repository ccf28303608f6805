import { expect, it } from 'vitest';
import { allowlistKey, latestRunKey } from '../../../../core/layout/keys.ts';
import { startRun } from '../../../../core/steps/cloud-run/start.ts';
import { memoryStore, newBucket, type StoreOperation } from '../../../twins/store-memory.ts';

const allowlist = { channels: ['https://conda.invalid/c'], platforms: ['linux-64'], packages: ['a'] };

/** A run's world, with what it sends. */
async function place(bucket = newBucket()) {
  const sent: string[] = [];
  const queue = { send: async (messages: readonly string[]) => void sent.push(...messages) };
  const clock = { now: () => 0, sleep: async () => {}, random: () => 0 };
  await memoryStore({}, bucket).put(allowlistKey, Buffer.from(JSON.stringify(allowlist)));
  const world = (before: (operation: StoreOperation, key: string) => Promise<void> | void = () => {}) => {
    return { store: memoryStore({ before }, bucket), clock, queue, later: queue };
  };
  return { bucket, sent, world };
}

it('who loses to a run that starts at the same time comes after it, at once', async () => {
  const { bucket, sent, world } = await place();
  let rival: string | undefined;
  const overtaken = world(async (operation, key) => {
    if (operation !== 'put' || key !== latestRunKey || rival !== undefined) return;
    rival = '';
    rival = (await startRun('other', world())).run;
  });
  const started = await startRun('mine', overtaken);
  expect(started.status).toBe('started');
  expect(rival).not.toBe(started.run);
  expect(Buffer.from(bucket.objects.get(latestRunKey)?.bytes ?? []).toString()).toContain(started.run);
  expect(sent.filter((message) => message.includes(started.run))).toHaveLength(2);
});

it('a write refused for a rival that then failed is tried again', async () => {
  const { bucket, sent, world } = await place();
  let lost = false;
  const store = memoryStore(
    {
      fault(operation, key) {
        if (operation !== 'put' || key !== latestRunKey || lost) return undefined;
        lost = true;
        return 'conflict';
      },
    },
    bucket,
  );
  expect(await startRun('mine', { ...world(), store })).toMatchObject({ status: 'started', slices: 1 });
  expect(sent).toHaveLength(2);
});
