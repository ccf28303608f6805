import { expect, it } from 'vitest';
import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { objectKeySchema, proofKey } from '../../../core/layout/keys.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { prove } from '../../../core/steps/prove.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const indexKey = objectKeySchema.parse('conda/linux-64/repodata.json');
const record = { name: 'app', version: '1', build: '0', build_number: 0, depends: [], subdir: 'linux-64' };
const hashes = { md5: '0'.repeat(32), sha256: '0'.repeat(64), size: 1 };
const indexOf = (names: readonly string[]) =>
  Buffer.from(
    JSON.stringify({
      packages: {},
      'packages.conda': Object.fromEntries(names.map((name) => [`${name}-1-0.conda`, { ...record, ...hashes, name }])),
    }),
  );

function scene() {
  const store = memoryStore();
  const text = { channels: ['https://x.test/c'], platforms: ['linux-64'], packages: ['app'] };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(text)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const proved = async () => {
    const { bytes } = store.objects.get(proofKey('conda')) ?? {};
    return JSON.parse(Buffer.from(bytes ?? '').toString()).entries[0].installable;
  };
  /** Finds what the channel has; `between` happens while it looks. */
  const proving = (between: () => Promise<unknown>) => {
    const solver: Solver = {
      async solve(pool) {
        const read = 'read' in pool ? await pool.read('linux-64/repodata.json') : null;
        const keys = Buffer.from(read ?? []).includes('"app-1-0.conda"') ? ['linux-64/app-1-0.conda'] : [];
        await between();
        return keys.length > 0 ? { status: 'solved', keys } : { status: 'unsolvable', explanation: 'no' };
      },
      [Symbol.asyncDispose]: async () => {},
    };
    return prove(parsed.allowlist, { channel: 'conda', store, solver, log: () => {} });
  };
  return { store, proved, proving };
}

it('two prove at once: the proof that stays is of the last index', async () => {
  const { store, proved, proving } = scene();
  await store.put(indexKey, indexOf([]));
  const nothing = async () => {};
  let isFirst = true;
  // While the first one solves, the index changes, and who is told of that has proved it and is done.
  await proving(async () => {
    if (!isFirst) return;
    isFirst = false;
    await store.put(indexKey, indexOf(['app']));
    await proving(nothing);
    expect(await proved()).toBe(true);
  });
  expect(await proved()).toBe(true);
});

it('what was lost is told though the index changed while it was proved', async () => {
  const { store, proving } = scene();
  await store.put(indexKey, indexOf(['app']));
  await proving(async () => {});
  await store.put(indexKey, indexOf([]));
  let isFirst = true;
  const { lost } = await proving(async () => {
    if (isFirst) await store.put(indexKey, indexOf(['other']));
    isFirst = false;
  });
  expect(lost).toMatchObject([{ entry: 'app', installable: false }]);
});

it('an index that never stands still is told, to be tried again', async () => {
  const { store, proving } = scene();
  let changes = 0;
  const flip = async () => {
    const text = indexOf(['app']).toString().replace('"size":1', `"size":${++changes}`);
    await store.put(indexKey, Buffer.from(changes % 2 === 0 ? text : text.replace('app-1-0', 'app-2-0')));
  };
  await flip();
  await expect(proving(flip)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
});

it('cut off, it loses no more than 50 solves, and an outcome without a verdict is tried again', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `app${i}`);
  const store = memoryStore();
  await store.put(indexKey, indexOf(names));
  const text = { channels: ['https://x.test/c'], platforms: ['linux-64'], packages: names };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(text)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const proving = async (endsAt: number, fails = '') => {
    let solves = 0;
    const solver: Solver = {
      async solve(_pool, [spec]) {
        solves += 1;
        if (solves === endsAt) throw new Error('cut off');
        return spec === fails ? { status: 'failed', explanation: 'broke' } : { status: 'solved', keys: [] };
      },
      [Symbol.asyncDispose]: async () => {},
    };
    await prove(parsed.allowlist, { channel: 'conda', store, solver, log: () => {} }).catch(() => {});
    return solves;
  };
  expect(await proving(90)).toBe(90);
  expect(await proving(121, 'app119')).toBe(70);
  expect(await proving(121)).toBe(1);
  expect(await proving(121)).toBe(0);
});
