import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

describe('the prover', () => {
  it('proves once for a batch; when it cannot, all its messages come again', async () => {
    await lab.synced(cloud);
    const changed = notification('conda/linux-64/repodata.json.zst');
    const proofs = () => cloud.telemetry.lines.filter((line) => line.startsWith('proof ')).length;
    const before = proofs();
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing());
    expect(proofs()).toBe(before + 1);
    await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
    expect(await cloud.invoke('prover', batch(changed, testEvent, changed))).toEqual(failing('m0', 'm2'));
  });
});
