import { describe, expect, it } from 'vitest';
import { keyOfVerdict, readVerdict } from '../../../core/documents/gate/verdict.ts';
import type { AtTheDoor } from '../../../core/gate/gate.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { ledgerKey, recallKey } from '../../../core/layout/gate-keys.ts';
import { verifyLedger } from '../../../core/ledger/verify-ledger.ts';
import { sha256Of, startDigests } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { standingClock } from '../../support/gate/ledgers.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { buildConda, pkgTar, stem } from '../../support/packages/build-package.ts';
import { memoryStore, newBucket, type StoreOperation } from '../../twins/store-memory.ts';

const id = `linux-64/${stem}.conda`;

function atTheDoor(bytes: Uint8Array): AtTheDoor {
  const digests = startDigests();
  digests.update(bytes);
  return {
    ...{ kind: 'package', id, name: 'demo', version: '1.0', origin: 'copied', source: null, record: null },
    ...{ published: null, yanked: false, projectStatus: null, projects: [], request: null },
    digests: digests.finish(),
    bytes: bytesSource(bytes),
  };
}

/** Holds up whoever comes until so many have come, and nobody after that. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    if (++come === parties) resolve();
    return promise;
  };
}

describe('a file at the door', () => {
  it('has its verdict at rest, behind an entry of the ledger', async () => {
    const store = memoryStore();
    const file = atTheDoor(buildConda());
    const verdict = await testGate(store).judge(file);
    expect((await readVerdict(store, id, file.digests.sha256))?.value).toEqual(verdict);
    expect(store.objects.has(ledgerKey(1))).toBe(true);
  });

  it('is not judged twice over when nothing changed', async () => {
    const store = memoryStore();
    const file = atTheDoor(buildConda());
    await testGate(store).judge(file);
    const { etag } = (await store.get(keyOfVerdict(id, file.digests.sha256))) ?? {};
    const unread = { ...file.bytes, read: () => Promise.reject(new Error('read again')) };
    await testGate(store).judge({ ...file, bytes: unread });
    expect((await store.get(keyOfVerdict(id, file.digests.sha256)))?.etag).toBe(etag);
    expect(store.objects.has(ledgerKey(2))).toBe(false);
  });

  it('has three entries when two judge it in step, one of who was first and two of who lost, and none of who comes later', async () => {
    const bucket = newBucket();
    const file = atTheDoor(buildConda());
    const key = keyOfVerdict(id, file.digests.sha256);
    const appended = barrier(2);
    const before = (operation: StoreOperation, at: string) =>
      operation === 'put' && at === key ? appended() : undefined;
    const judgeAt = (ms: number) =>
      testGate(memoryStore({ before }, bucket), { clock: { ...standingClock, now: () => ms } }).judge(file);
    const [one, other] = await Promise.all([judgeAt(1_800_000_000_000), judgeAt(1_800_000_000_001)]);
    const store = memoryStore({}, bucket);
    const { entries, faults, latest } = await verifyLedger(store);
    expect({ entries, faults }).toEqual({ entries: 3, faults: [] });
    expect(one).toEqual(other);
    expect((await readVerdict(store, id, file.digests.sha256))?.value).toEqual(one);
    expect([...latest.values()]).toMatchObject([{ evidence: sha256Of(canonicalJson(one)) }]);
    await testGate(store, { clock: { ...standingClock, now: () => 1_800_000_000_002 } }).judge(file);
    expect((await verifyLedger(store)).entries).toBe(3);
  });

  it('waits while two others are read, whoever fails', async () => {
    const gate = testGate(memoryStore());
    let [reading, most] = [0, 0];
    const slow = (bytes: Uint8Array, at: number): AtTheDoor => {
      const file = atTheDoor(bytes);
      const { size, read } = file.bytes;
      const counted = async (start: number, end: number) => {
        most = Math.max(most, ++reading);
        await new Promise(setImmediate);
        reading--;
        if (at === 1) throw new GatehouseError('store.broken', 'the disk is gone');
        return read(start, end);
      };
      return { ...file, id: `linux-64/demo-1.0-${at}.conda`, bytes: { size, read: counted } };
    };
    const bytes = buildConda();
    const judged = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => gate.judge(slow(bytes, at))));
    expect(judged.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', ...Array(6).fill('fulfilled')]);
    expect(most).toBe(2);
  });

  it('brings no verdict to a sha256 that its object claims and that is of others', async () => {
    const store = memoryStore();
    const [sound, other] = [atTheDoor(buildConda()), atTheDoor(buildConda({ pkg: pkgTar({ name: 'a', data: 'b' }) }))];
    const { sha256, md5 } = other.digests;
    const claiming = { ...sound, digests: other.digests, bytes: { ...sound.bytes, metadata: { sha256, md5 } } };
    expect((await testGate(store).judge(claiming)).verdict).toBe('error');
    const { verdict, facts } = await testGate(store).judge({
      ...other,
      bytes: { ...other.bytes, metadata: { sha256 } },
    });
    expect([verdict, facts?.unpacked]).toEqual(['warn', (await testGate(memoryStore()).judge(other)).facts?.unpacked]);
  });

  it('is out when no reader can read it', async () => {
    const verdict = await testGate(memoryStore()).judge(atTheDoor(buildConda().subarray(0, 100)));
    expect(['error', 'reject']).toContain(verdict.verdict);
  });

  it('is out while it is recalled', async () => {
    const store = memoryStore();
    const file = atTheDoor(buildConda());
    const recall = { version: 1, ids: [id], at: 0, reason: 'it phones home', check: null };
    await store.put(recallKey(file.digests.sha256), Buffer.from(JSON.stringify(recall)));
    const gate = testGate(store);
    expect(await gate.judge(file)).toMatchObject({ verdict: 'reject' });
    const { digests, bytes, request, ...candidate } = file;
    const standing = await gate.standingOf({ ...candidate, sha256: digests.sha256, isServed: false });
    expect(standing.telling[0]).toMatchObject({ code: 'R1.recalled', verdict: 'reject' });
  });
});
