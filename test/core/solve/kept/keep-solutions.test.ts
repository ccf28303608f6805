import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../../adapters/cache-memory.ts';
import { canonicalJson } from '../../../../core/json/json.ts';
import { packageFileNameSchema, packageFileParts } from '../../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../../core/names/subdir.ts';
import { openServed } from '../../../../core/own/open-served.ts';
import type { DocumentCache } from '../../../../core/ports/cache.ts';
import type { CandidatePool, Solution } from '../../../../core/ports/solver.ts';
import { GatehouseError } from '../../../../core/problems/error.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { candidatePool } from '../../../../core/solve/candidate-pool.ts';
import { openKeptSolutions } from '../../../../core/solve/kept/keep-solutions.ts';
import { openKnownReach } from '../../../../core/solve/kept/known-reach.ts';
import { readKeptSolutions } from '../../../../core/solve/kept/solutions-document.ts';
import { planSlices } from '../../../../core/solve/requests.ts';
import { solveSlice } from '../../../../core/solve/slices/solve-slice.ts';
import { openStandings } from '../../../../core/solve/standing/standings.ts';
import type { OpenSubdir } from '../../../../core/solve/upstream-subdirs.ts';
import { plan } from '../../../../core/steps/plan.ts';
import { allowlistOf, history, type Scene, sceneWorld } from '../../../support/solve/changing-upstream.ts';
import { tellingSolver } from '../../../support/solve/telling-solver.ts';

/** Plans a scene, and counts what its solver was asked. */
async function planned(scene: Scene, cache?: DocumentCache) {
  const { solver, counted } = tellingSolver();
  const made = await plan(allowlistOf(scene), { ...sceneWorld(scene, solver), ...(cache && { cache }) });
  return { text: canonicalJson(made), ...counted() };
}

/** Solves each entry of a scene for itself, and counts what its solver was asked; what entries do together is asked by `plan`. */
async function solvedApart(scene: Scene, cache: DocumentCache) {
  const { solver, counted } = tellingSolver();
  const kept = await openKeptSolutions(solver, cache);
  const world = { ...sceneWorld(scene, solver), solver: kept.solver };
  const standings = openStandings({ ...world, gate: world.planGate, served: openServed(world) });
  const allowlist = allowlistOf(scene);
  for (const slice of planSlices(allowlist)) await solveSlice(slice, allowlist, { ...world, standings });
  await kept.keep();
  return counted();
}

describe('kept solutions', () => {
  it('leave each plan of a history as it is without them, to the last byte', async () => {
    let [saved, asked] = [0, 0];
    const law = fc.asyncProperty(history, async (scenes) => {
      const cache = memoryCache();
      for (const scene of scenes) {
        const [kept, fresh] = [await planned(scene, cache), await planned(scene)];
        expect(kept.text).toBe(fresh.text);
        saved += fresh.calls - kept.calls;
        asked += fresh.calls;
      }
    });
    await fc.assert(law, { numRuns: 80 });
    expect(saved / asked).toBeGreaterThan(0.25);
  });

  it('ask nothing for the same plan, and for one entry more what it asks alone', async () => {
    const law = fc.asyncProperty(history, async ([scene]) => {
      fc.pre(scene !== undefined && scene.entries.length > 1);
      const cache = memoryCache();
      const [fewer, last] = [scene.entries.slice(0, -1), scene.entries.slice(-1)];
      await solvedApart({ ...scene, entries: fewer }, cache);
      const more = await solvedApart(scene, cache);
      const alone = await solvedApart({ ...scene, entries: last }, memoryCache());
      await planned(scene, cache);
      const again = await planned(scene, cache);
      expect(more.calls).toBeLessThanOrEqual(alone.calls + more.failed);
      expect(again.calls).toBe(again.failed);
    });
    await fc.assert(law, { numRuns: 60 });
  });

  it('and records are read by the next plan, which reads no name of upstream', async () => {
    const law = fc.asyncProperty(history, async ([scene]) => {
      fc.pre(scene !== undefined);
      const cache = memoryCache();
      const world = { ...sceneWorld(scene, tellingSolver().solver), cache };
      let read = 0;
      const openSubdir: OpenSubdir = async (...at) => {
        const upstream = await world.openSubdir(...at);
        const records = async (name: string) => {
          read += 1;
          return upstream?.records(name) ?? { records: [], problems: [] };
        };
        return upstream && { ...upstream, records };
      };
      const first = await plan(allowlistOf(scene), { ...world, openSubdir });
      read = 0;
      const again = await plan(allowlistOf(scene), { ...world, openSubdir });
      expect([canonicalJson(again), read]).toEqual([canonicalJson(first), 0]);
    });
    await fc.assert(law, { numRuns: 30 });
  });

  it('follow nothing in a pool that was followed, also where one platform alone has something new', async () => {
    const cache = memoryCache();
    const pools = ['b-1-0', 'c-1-0', 'd-1-0'].map((stem) => poolOf({}, 'a-1-0', stem));
    const planned = async (asked: readonly CandidatePool[]) => {
      const kept = await openKeptSolutions(tellingSolver().solver, cache);
      for (const pool of asked) {
        await kept.solver.solve(pool, ['a']);
        await kept.keep();
      }
      return (await readKeptSolutions(cache)).reached.size;
    };
    expect(await planned(pools.slice(1))).toBe(2);
    expect(await planned(pools)).toBe(3);
  });

  it('believe what was found of the very same pool and specs, and of no others', () => {
    const [pool, other] = [poolOf({}, 'a-1-0'), poolOf({}, 'a-2-0')];
    const first = openKnownReach(new Map());
    first.digest(pool, ['a']);
    const known = openKnownReach(new Map([...first.digests.keys()].map((whole) => [whole, 'as before'])));
    expect(known.digest(pool, ['a'])).toBe('as before');
    for (const found of [known.digest(other, ['a']), known.digest(pool, ['a >=1'])])
      expect(found).not.toBe('as before');
  });

  const specs = ['a'];
  const solvedAlone = async (
    found: Solution,
    cache: DocumentCache,
    { id = 'one 1', pool = poolOf({}, 'a-1-0') } = {},
  ) => {
    let calls = 0;
    const solve = async () => {
      calls += 1;
      return found;
    };
    const solver = { id, solve, [Symbol.asyncDispose]: async () => {} };
    const kept = await openKeptSolutions(solver, cache);
    const solution = await kept.solver.solve(pool, specs);
    await kept.keep();
    return { calls, solution };
  };
  const solved: Solution = { status: 'solved', keys: ['noarch/a-1-0.conda'] };

  it('are of one solver: another is asked anew', async () => {
    const cache = memoryCache();
    await solvedAlone(solved, cache);
    expect(await solvedAlone(solved, cache)).toEqual({ calls: 0, solution: solved });
    expect(await solvedAlone(solved, cache, { id: 'one 2' })).toMatchObject({ calls: 1 });
  });

  it.each(['depends', 'constrains', 'timestamp', 'build_number', 'sha256', 'md5', 'track_features', 'license', 'odd'])(
    'are of records with the same %s',
    async (key) => {
      const cache = memoryCache();
      const value = { build_number: 1, timestamp: 1, odd: null, license: 'MIT', track_features: 'x' }[key];
      const digests = { sha256: 'a'.repeat(64), md5: 'a'.repeat(32) }[key];
      const pool = poolOf({ [key]: value ?? digests ?? ['b >=1'] }, 'a-1-0');
      await solvedAlone(solved, cache);
      expect(await solvedAlone(solved, cache, { pool })).toMatchObject({ calls: 1 });
    },
  );

  it('are the same whatever else a pool has, in whatever order', async () => {
    const cache = memoryCache();
    await solvedAlone(solved, cache, { pool: poolOf({}, 'a-1-0', 'a-2-0') });
    const pool = poolOf({}, 'b-1-0', 'a-2-0', 'a-1-0');
    expect(await solvedAlone(solved, cache, { pool })).toMatchObject({ calls: 0 });
  });

  it('are never of what failed, and of what chose what it could not see', async () => {
    const cache = memoryCache();
    const failed: Solution = { status: 'failed', explanation: 'it broke' };
    const strange: Solution = { status: 'solved', keys: ['noarch/b-1-0.conda'] };
    for (const one of [failed, strange]) {
      await solvedAlone(one, cache);
      expect(await solvedAlone(one, cache)).toEqual({ calls: 1, solution: one });
    }
  });

  it('keep why there is no solution', async () => {
    const cache = memoryCache();
    const unsolvable: Solution = { status: 'unsolvable', explanation: 'é is "nowhere"\n' };
    await solvedAlone(unsolvable, cache);
    expect(await solvedAlone(solved, cache)).toEqual({ calls: 0, solution: unsolvable });
  });

  it.each([
    ['is no JSON', () => '{'],
    ['is of a later version', (text: string) => text.replace('"version":1', '"version":2')],
    ['names packages that are not there', (text: string) => text.replace('a-1-0', 'a-2-0')],
    ['names places that are not there', (text: string) => text.replace('[0]', '[7]')],
  ])('count for nothing in a document that %s', async (_, damage) => {
    const cache = memoryCache();
    await solvedAlone(solved, cache);
    const document = await cache.get('gatehouse:solutions');
    const text = Buffer.from((await document?.read(0, document.size)) ?? []).toString();
    expect(damage(text)).not.toBe(text);
    await cache.put('gatehouse:solutions', null, chunks(Buffer.from(damage(text))));
    expect(await solvedAlone(solved, cache)).toEqual({ calls: 1, solution: solved });
    expect(await solvedAlone(solved, cache)).toEqual({ calls: 0, solution: solved });
  });

  it('stay those of a plan that ends while another is under way', async () => {
    const cache = memoryCache();
    const other: Solution = { status: 'unsolvable', explanation: 'no' };
    const slow = await openKeptSolutions({ ...tellingSolver().solver, solve: async () => other }, cache);
    await slow.solver.solve(poolOf({}, 'a-1-0'), specs);
    await solvedAlone(solved, cache);
    await slow.keep();
    expect(await solvedAlone(solved, cache)).toMatchObject({ calls: 0 });
    expect(await solvedAlone(solved, cache, { id: 'telling 1' })).toEqual({ calls: 0, solution: other });
  });

  it('do without a cache that takes nothing', async () => {
    const full = () => Promise.reject(new GatehouseError('store.broken', 'the cache takes no more'));
    const cache = { ...memoryCache(), put: full };
    expect(await solvedAlone(solved, cache)).toEqual({ calls: 1, solution: solved });
  });
});

/** A pool of packages without dependencies, for Linux. */
function poolOf(more: Record<string, unknown>, ...stems: readonly string[]): CandidatePool {
  const placed = stems.map((stem) => {
    const filename = packageFileNameSchema.parse(`${stem}.conda`);
    const { name, version, build } = packageFileParts(filename);
    const record = recordSchema.parse({ name, version, build, build_number: 0, depends: [], ...more });
    return { subdir: noarch, filename, record };
  });
  return candidatePool(subdirSchema.parse('linux-64'), placed, {});
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
