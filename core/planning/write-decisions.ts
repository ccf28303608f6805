import type { Control } from '../control.ts';
import { GatehouseError } from '../error.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, controlKey } from '../layout.ts';
import type { Plan } from '../plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { readControl } from '../read-control.ts';
import { type Subdir, subdirSchema } from '../subdir.ts';

export interface DecisionWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Clock;
  /** False when some artifact of the plan is still missing: then nothing is altered. */
  readonly fetchedAll: boolean;
  /**
   * Asked after control was read and before it is written: whoever has overtaken us and then writes makes our write
   * fail. False writes nothing.
   */
  readonly isCurrent?: () => Promise<boolean>;
}

const attempts = 10;
const longestWaitMs = 100;

/** The ids whose record changed, left the index or was hotfixed. */
export interface Applied {
  readonly changed: readonly string[];
  readonly dropped: readonly string[];
  readonly hotfixed: readonly string[];
}

/**
 * Writes a plan's decisions to control, each subdir under compare-and-swap. What alters the index was proved with all
 * that the plan adds, and so waits until all of it is there. Safe to run twice.
 */
export async function writeDecisions(plan: Plan, world: DecisionWorld): Promise<Applied> {
  const alterations = world.fetchedAll ? plan.alterations : {};
  for (const subdir of new Set([...Object.keys(plan.decisions), ...Object.keys(alterations)])) {
    await writeSubdir(subdirSchema.parse(subdir), { ...plan.decisions[subdir], ...alterations[subdir] }, world);
  }
  if (!world.fetchedAll) return { changed: [], dropped: [], hotfixed: [] };
  return { changed: plan.change, dropped: plan.drop, hotfixed: plan.hotfix };
}

async function writeSubdir(subdir: Subdir, decisions: Control['packages'], world: DecisionWorld): Promise<void> {
  const { store, channel, clock, isCurrent = async () => true } = world;
  const key = controlKey(channel, subdir);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { control, etag } = await readControl(store, channel, subdir);
    const next: Control = { version: 1, packages: { ...control.packages, ...decisions } };
    if (canonicalJson(next) === canonicalJson(control) || !(await isCurrent())) return;
    const condition = etag === null ? { absent: true as const } : { etag };
    const outcome = await store.put(key, Buffer.from(canonicalJson(next)), condition);
    if (outcome.status === 'written') return;
    await clock.sleep(clock.random() * longestWaitMs);
  }
  throw new GatehouseError('store.conflict', `${key} kept changing under us`, { retry: true });
}
