import type { Advisory } from '../../../core/advisories/advisory.ts';
import type { Policy } from '../../../core/documents/gate/policy.ts';
import type { Advice } from '../../../core/gate/advice.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { TouchedPlaces } from '../../../core/recall/recall-files.ts';
import type { SweepReport } from '../../../core/recall/sweep-report.ts';
import { indexChannel } from '../../../core/steps/index-channel.ts';
import { indexProjects } from '../../../core/steps/index-projects.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { sweep } from '../../../core/steps/sweep.ts';
import type { MemoryStoreOptions } from '../../twins/store-memory.ts';
import { testGate } from '../gate/test-gate.ts';
import { yankScene } from '../simple/yank-scene.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** An advisory that says of a release that it was made to harm. */
export const malicious = (versions: readonly string[], more: Partial<Advisory> = {}): Advisory => ({
  ...{ id: 'MAL-2026-1', aliases: [], published: 1, modified: 1, withdrawn: null, summary: 'steals tokens' },
  ...{ malicious: true, score: null, versions: [...versions], ranges: [], unreadable: null, ...more },
});

/** A store with a wheel of demo 1.0, the package made of it, and other files; what is known of them; and a clock that is set. */
export async function sweepScene(options: MemoryStoreOptions = {}) {
  let now = 1_800_000_000_000;
  const scene = await yankScene(null, options, () => now);
  const { store } = scene;
  const { clock } = scene.world;
  const known = new Map<string, readonly Advisory[]>();
  const advice: Advice = {
    status: 'known',
    asOf: 1_799_999_000_000,
    of: (project) => known.get(project) ?? [],
    mapped: () => [],
  };
  const asked: TouchedPlaces[] = [];

  const indexOf = (side: Store) => async (touched: TouchedPlaces) => {
    asked.push(touched);
    const world = { ...scene.world, store: side, gate: testGate(side, { clock }) };
    for (const subdir of touched.subdirs) await indexSubdir(subdir, world);
    if (touched.subdirs.length > 0) await indexChannel(world);
    if (touched.projects.length > 0) await indexProjects(touched.projects, world);
    return [];
  };

  return {
    ...scene,
    asked,
    clock,
    setClock: (at: number) => {
      now = at;
    },
    laterBy: (days: number) => {
      now += days * dayMs;
    },
    /** Leaves the store as one from before there was a gate: all is listed, and nothing has a verdict. */
    async forgetGate() {
      const ofGate = /^_gatehouse\/(?:verdicts|ledger|scripts|opened)/;
      for (const key of [...store.objects.keys()]) if (ofGate.test(key)) await store.delete(key);
    },
    /** What is known of a project from now on. */
    advise: (project: string, ...advisories: Advisory[]) => void known.set(project, advisories),
    worldOf: (policy: Partial<Policy> = {}, seen: Advice = advice, side: Store = store) => ({
      ...{ store: side, channel: 'conda' as const, clock, advice: seen, index: indexOf(side), log: () => {} },
      gate: testGate(side, { policy, advice: seen, clock }),
    }),
    /** Sweeps as the command does, which brings every index up to date behind it. */
    async sweep(policy: Partial<Policy> = {}, seen: Advice = advice): Promise<SweepReport> {
      const report = await sweep(this.worldOf(policy, seen));
      await scene.index();
      return report;
    },
    /** What is there below a prefix, in order. */
    keys: (prefix: string) => [...store.objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}
