import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { proofKey, provenKey } from '../../core/layout/keys.ts';
import { proveChannel } from '../../lambdas/prover.ts';
import { batch, type CloudLab, failing, notification, startCloudLab, testEvent } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { key } from '../support/store/objects.ts';
import { memoryStore } from '../twins/store-memory.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

const changed = notification('conda/linux-64/repodata.json');
const indexKey = key('conda/linux-64/repodata.json');
const proofs = () => cloud.telemetry.lines.filter((line) => line.startsWith('proof ')).length;

/** Writes the index of linux-64 anew, other than before and saying the same. */
async function touchIndex(): Promise<void> {
  const { bytes } = cloud.bucket.objects.get(indexKey) ?? {};
  await memoryStore({}, cloud.bucket).put(indexKey, Buffer.from(`${Buffer.from(bytes ?? [])} `));
}

/** The prover by hand, and what it sends itself. */
function proverByHand(remaining = () => 900_000) {
  const sent: string[] = [];
  const queue = { send: async (messages: readonly string[]) => void sent.push(...messages) };
  const world = { ...cloud.world(), telemetry: cloud.telemetry, queue };
  const context = { getRemainingTimeInMillis: remaining };
  return { sent, world, prove: (...bodies: string[]) => proveChannel({ Records: batch(...bodies) }, world, context) };
}

describe('the prover', () => {
  it('proves once for a batch when the index is at rest; when it cannot, all its messages come again', async () => {
    await lab.synced(cloud);
    const before = proofs();
    await touchIndex();
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing());
    expect(proofs()).toBe(before);
    await cloud.run();
    expect(proofs()).toBe(before + 1);
    await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing('m0', 'm2'));
  });

  it('does nothing for an index that is proved, unless a person asks', async () => {
    await lab.synced(cloud);
    const before = proofs();
    const { sent, prove } = proverByHand();
    expect(await prove(changed, changed)).toEqual(failing());
    expect([proofs() - before, sent]).toEqual([0, []]);
    expect(await prove('{"type":"prove"}')).toEqual(failing());
    expect([proofs() - before, sent]).toEqual([1, []]);
  });

  it('puts one message off while the index moves, and proves it all the same after five times', async () => {
    await lab.synced(cloud);
    const before = proofs();
    const { sent, prove } = proverByHand();
    await touchIndex();
    await prove(changed, changed, changed);
    for (let times = 1; times <= 5; times++) {
      expect([proofs() - before, sent.length]).toEqual([0, 1]);
      await touchIndex();
      await prove(changed, ...sent.splice(0));
    }
    expect([proofs() - before, sent]).toEqual([1, []]);
    // What was put off before that proof is not proved at once again.
    await touchIndex();
    const late = { index: 'other', times: 5, proofs: 0, pip: false };
    await prove(JSON.stringify({ type: 'prove', waiting: late }));
    expect([proofs() - before, sent.length]).toEqual([1, 1]);
    await prove(...sent.splice(0));
    expect([proofs() - before, sent]).toEqual([2, []]);
  });

  it('proves pages for pip that changed, though the index is the same', async () => {
    await lab.synced(cloud);
    const before = proofs();
    const { sent, prove } = proverByHand();
    await prove(notification('simple/demo/index.json'));
    expect([proofs() - before, sent.length]).toEqual([0, 1]);
    await prove(...sent.splice(0));
    expect([proofs() - before, sent]).toEqual([1, []]);
  });

  it('out of time, goes on where it was, and solves nothing twice', async () => {
    await cloud.allowlist(lab.allowing('a', 'b', 'c'));
    await cloud.run();
    const store = memoryStore({}, cloud.bucket);
    const whole = (await store.read(proofKey('conda')))?.bytes;
    for (const of of [proofKey, provenKey]) await store.delete(of('conda'));
    let [invocations, solvedBefore] = [0, 0];
    const { sent, world, prove } = proverByHand(() => (solve.mock.calls.length > solvedBefore ? 0 : 900_000));
    const solve = vi.spyOn(world.solver, 'solve');
    for (let messages = ['{"type":"prove"}']; messages.length > 0 && invocations < 10; messages = sent.splice(0)) {
      solvedBefore = solve.mock.calls.length;
      expect(await prove(...messages)).toEqual(failing());
      invocations += 1;
      if (invocations === 1) expect(await store.read(proofKey('conda'))).toBeNull();
    }
    expect([solve.mock.calls.length, invocations]).toEqual([3, 4]);
    solve.mockRestore();
    expect((await store.read(proofKey('conda')))?.bytes).toEqual(whole);
  });
});
