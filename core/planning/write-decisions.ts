import { type Control, emptyControl } from '../control.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, controlKey } from '../layout.ts';
import type { Plan } from '../plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { readControl } from '../read-control.ts';
import { type Subdir, subdirSchema } from '../subdir.ts';
import { updateJson } from '../update-json.ts';

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
  const { store, channel, isCurrent = async () => true } = world;
  const read = async () => {
    const { control, etag } = await readControl(store, channel, subdir);
    return etag === null ? null : { value: control, etag };
  };
  await updateJson<Control, null>(world, { key: controlKey(channel, subdir), read }, async (control) => {
    const { packages } = control ?? emptyControl;
    const next = { ...packages, ...decisions };
    const isSaid = canonicalJson(next) === canonicalJson(packages);
    return isSaid || !(await isCurrent()) ? null : { version: 1, packages: next };
  });
}
