import { describe, expect, it } from 'vitest';
import { openFirstSeen } from '../../../../core/documents/gate/first-seen.ts';
import type { Policy } from '../../../../core/documents/gate/policy.ts';
import { firstSeenPrefix, verdictKey } from '../../../../core/layout/gate-keys.ts';
import { packageFileNameSchema } from '../../../../core/names/package-file-name.ts';
import { noarch } from '../../../../core/names/subdir.ts';
import type { Store } from '../../../../core/ports/store.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { type Offered, offeredPackage } from '../../../../core/solve/standing/candidate-of.ts';
import { keepsOut } from '../../../../core/solve/standing/held.ts';
import { lookAt } from '../../../../core/solve/standing/look-at.ts';
import { testGate } from '../../../support/gate/test-gate.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-06-15T12:00:00Z');
const faraway = 'https://conda.invalid/forge';

function offered(record: Record<string, unknown> = {}, channel = faraway, isServed = false): Offered {
  const filename = packageFileNameSchema.parse('x-1.0-0.conda');
  const own = { name: 'x', version: '1.0', build: '0', build_number: 0, sha256: 'a'.repeat(64) };
  const parsed = recordSchema.parse({ ...own, ...record });
  return offeredPackage({ filename, subdir: noarch, channel, url: `${channel}/x`, record: parsed }, isServed);
}

interface Scene {
  readonly modified?: number | null;
  readonly mayWrite?: boolean;
  readonly at?: number;
  readonly policy?: Partial<Policy>;
  readonly store?: Store;
}

/** Looks at a file, with the gate's own checks. */
async function look(file: Offered, scene: Scene = {}) {
  const { modified = null, mayWrite = true, at = now, policy = {}, store = memoryStore() } = scene;
  const asked: string[] = [];
  const clock = { now: () => at, random: () => 0, sleep: async () => {} };
  const lastModified = async ({ url }: { url: string }) => {
    asked.push(url);
    return modified;
  };
  const gate = {
    ...testGate(store, { policy: { coolDown: 7 * day, ...policy }, clock }),
    lastModified,
    firstSeen: openFirstSeen(store, clock, mayWrite),
  };
  const { published, held } = await lookAt(file, { gate, store, clock });
  return { published, held, asked: asked.length, store };
}

const seenKeys = async (store: Store) => {
  const keys: string[] = [];
  for await (const { key } of store.list(firstSeenPrefix)) keys.push(key);
  return keys;
};

describe('since when a file is public', () => {
  it('is what its index says, and its server is not asked', async () => {
    const old = await look(offered({ indexed_timestamp: now - 8 * day }));
    expect(old).toMatchObject({ published: { by: 'indexed_timestamp' }, held: null, asked: 0 });
    const young = await look(offered({ indexed_timestamp: now - 6 * day }));
    expect(young).toMatchObject({ held: { code: 'C2.young', until: now + day }, asked: 0 });
  });

  it('else what its server says, however old its builder says it is', async () => {
    const timestamp = Date.parse('2019-01-01');
    expect(await look(offered({ timestamp }), { modified: now - day })).toMatchObject({ held: { code: 'C2.young' } });
    const old = await look(offered({ timestamp }), { modified: now - 8 * day });
    expect(old).toMatchObject({ held: null, published: { at: now - 8 * day, by: 'last-modified' }, asked: 1 });
  });

  it('is later where its builder says so', async () => {
    const file = offered({ timestamp: now - day });
    expect(await look(file, { modified: now - 90 * day })).toMatchObject({ held: { until: now + 6 * day } });
  });

  it('else when it was first seen, which is written down once', async () => {
    const first = await look(offered());
    expect(first).toMatchObject({ published: { at: now, by: 'first-seen' }, held: { until: now + 7 * day } });
    expect(await seenKeys(first.store)).toEqual([
      `${firstSeenPrefix}conda/noarch/x-1.0-0.conda/${'a'.repeat(64)}.json`,
    ]);
    const later = await look(offered(), { store: first.store, at: now + 7 * day });
    expect(later).toMatchObject({ published: { at: now, by: 'first-seen' }, held: null });
    // Other bytes under the name were not seen.
    const other = await look(offered({ sha256: 'b'.repeat(64) }), { store: first.store, at: now + 7 * day });
    expect(other.held).toMatchObject({ code: 'C2.young' });
  });

  it('begins with the first sync where a plan may not write', async () => {
    const shown = await look(offered(), { mayWrite: false });
    expect(shown.held).toEqual(expect.objectContaining({ detail: expect.stringContaining('from the first sync on') }));
    expect(shown.held).not.toHaveProperty('until');
    expect(await seenKeys(shown.store)).toEqual([]);
    await look(offered(), { store: shown.store });
    const again = await look(offered(), { store: shown.store, mayWrite: false, at: now + day });
    expect(again.held).toMatchObject({ until: now + 7 * day });
  });

  it.each([
    ['of what is on this machine', offered({}, 'http://127.0.0.1:9/c'), {}],
    ['of a folder', offered({}, 'file:///srv/c'), {}],
    ['of what is served', offered({}, faraway, true), {}],
    ['without a cool-down', offered(), { coolDown: 0 }],
    ['where the check is off', offered(), { modes: new Map([['C2', 'off' as const]]) }],
  ])('is nobody asked %s', async (_, file, policy) => {
    expect(await look(file, { policy, modified: now })).toMatchObject({ held: null, asked: 0, published: null });
  });

  it('is asked of this machine too where the policy says so', async () => {
    const local = offered({}, 'http://127.0.0.1:9/c');
    const looked = await look(local, { policy: { coolDownLocal: true }, modified: now });
    expect(looked).toMatchObject({ held: { code: 'C2.young' }, asked: 1 });
  });

  it('only warns where the check is dry-run', async () => {
    const policy = { modes: new Map([['C2', 'dry-run' as const]]) };
    expect(await look(offered(), { policy, modified: now })).toMatchObject({ held: null, asked: 1 });
  });

  it('is what an earlier verdict of these bytes went by', async () => {
    const store = memoryStore();
    const { sha256, id } = offered().candidate;
    if (sha256 === null) throw new Error('it has one');
    const published = { at: now - 8 * day, by: 'last-modified' } as const;
    const verdict = { version: 1, id, sha256, size: 1, origin: 'upstream', verdict: 'pass', checks: [], waivers: [] };
    const rest = { published, facts: null, previous: null, request: null, judgedAt: 0, judgedBy: '0' };
    await store.put(verdictKey(id, sha256), Buffer.from(JSON.stringify({ ...verdict, ...rest })));
    expect(await look(offered(), { store, modified: now })).toMatchObject({ published, held: null, asked: 0 });
  });
});

describe('what is served', () => {
  const served = offered({}, faraway, true).candidate;
  const telling = (verdict: 'hold' | 'error' | 'reject' | 'warn') =>
    keepsOut({ verdict, waivers: [], telling: [{ code: 'C3.x', verdict, detail: '' }] }, served);

  it('stays a candidate until it is rejected', () => {
    expect([telling('warn'), telling('hold'), telling('error')]).toEqual([null, null, null]);
    expect(telling('reject')).toMatchObject({ code: 'C3.x' });
  });
});
