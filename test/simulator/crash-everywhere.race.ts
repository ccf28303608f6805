import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../twins/store-memory.ts';
import type { Fates } from './client.ts';
import type { Indexer } from './indexer.ts';
import { outputsForgotten } from './mutants/outputs-forgotten.ts';
import { act } from './produce.ts';
import { real } from './real.ts';
import { calm, type Scenario } from './scenario.ts';
import { atRest, runAlone } from './simulate.ts';
import { sound } from './sound.ts';
import { newWorld, type World } from './world.ts';

interface Case {
  readonly indexer: Indexer;
  readonly etags: Scenario['etags'];
  readonly hinted: boolean;
  readonly forms: Scenario['forms'];
}

/** One package stays and gets another record, one goes; an index run after each half. */
async function story(world: World, { indexer, hinted }: Case, fates: Fates): Promise<void> {
  const [kept, lost] = world.watch.packages;
  if (kept === undefined || lost === undefined) throw new Error('two packages');
  const hints = { ...(hinted && { hints: [kept.filename, lost.filename] }) };
  await act(world, kept, 'put');
  await act(world, lost, 'put');
  await runAlone(world, indexer, { fates, ...hints });
  await act(world, lost, 'delete');
  await act(world, kept, 'change');
  await runAlone(world, indexer, { fates, ...hints });
}

/** What a client can read, by key; shards but for their index, since those that none names may stay. */
const served = ({ bucket }: World): Record<string, string> =>
  Object.fromEntries(
    [...bucket.objects]
      .filter(([key]) => key.startsWith('conda/') && !key.includes('/shards/'))
      .map(([key, { bytes }]): [string, string] => [key, Buffer.from(bytes).toString('base64')])
      .sort(),
  );

/** The story with one thing gone wrong at the k-th call of an index run; then one run more. `calls` counts them. */
async function disturbed(which: Case, what: Fault | 'crash', at: number) {
  const packages = [{ kind: 'upstream', script: [] } as const, { kind: 'copied', script: [] } as const];
  const world = newWorld({ ...calm, etags: which.etags, forms: which.forms, packages });
  let calls = 0;
  await story(world, which, () => {
    calls += 1;
    return calls === at ? what : undefined;
  });
  await runAlone(world, which.indexer);
  atRest(world);
  return { calls, broken: world.broken, served: served(world) };
}

const cases = [
  { etags: 'writes', hinted: true, forms: 'none' },
  { etags: 'bytes', hinted: false, forms: 'all' },
] as const;
const faults: readonly (Fault | 'crash')[] = ['crash', 'broken', 'ambiguous', 'conflict'];

/** What one run more could not make good, wherever the one thing went wrong. */
async function notMadeGood(indexer: Indexer, what: Fault | 'crash'): Promise<string[]> {
  const found: string[] = [];
  for (const each of cases) {
    const which = { indexer, ...each };
    const undisturbed = await disturbed(which, what, 0);
    expect(undisturbed.broken).toBeNull();
    expect(undisturbed.calls).toBeGreaterThan(20);
    for (let at = 1; at <= undisturbed.calls; at++) {
      const { broken, served } = await disturbed(which, what, at);
      const other = broken ?? (isDeepStrictEqual(served, undisturbed.served) ? null : 'other bytes are served');
      if (other !== null) found.push(`${what} at call ${at}, tags by ${each.etags}: ${other}`);
    }
  }
  return found;
}

describe('R9: one thing goes wrong, and one run more makes it as if nothing had been', () => {
  it.each(faults)('%s at every call, one after the other', async (what) => {
    expect(await notMadeGood(real, what)).toEqual([]);
  });

  it('is seen not to hold of one that leaves outputs behind', async () => {
    expect((await notMadeGood(outputsForgotten, 'crash'))[0]).toContain('has an old p0-1.0-0.conda');
    expect(await notMadeGood(sound, 'crash')).toEqual([]);
  });
});
