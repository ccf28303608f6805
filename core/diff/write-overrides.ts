import { type Control, emptyControl, readControl } from '../documents/control.ts';
import type { Overrides, Plan } from '../documents/plan.ts';
import { canonicalJson } from '../json/json.ts';
import { controlKey } from '../layout/keys.ts';
import { subdirSchema } from '../names/subdir.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { updateJson } from '../store/update-json.ts';

export interface OverrideWorld extends ChannelStore {
  readonly clock: Clock;
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

export const nothingApplied: Applied = { changed: [], dropped: [], hotfixed: [] };

/** Writes to control all that a plan says. What changes the index was proved with all that the plan adds in place. */
export async function writePlan(plan: Plan, world: OverrideWorld): Promise<Applied> {
  const { decisions, alterations, change, drop, hotfix } = plan;
  const subdirs = new Set([...Object.keys(decisions), ...Object.keys(alterations)]);
  const both = [...subdirs].map((subdir) => [subdir, { ...decisions[subdir], ...alterations[subdir] }] as const);
  await writeOverrides(Object.fromEntries(both), world);
  return { changed: change, dropped: drop, hotfixed: hotfix };
}

/**
 * Writes overrides to control, each subdir under compare-and-swap. Safe to run twice: what control says already is not
 * written again.
 *
 * @throws GatehouseError `store.conflict` (retry); `json.invalid` when control is damaged
 */
export async function writeOverrides(overrides: Overrides, world: OverrideWorld): Promise<void> {
  const { store, channel, isCurrent = async () => true } = world;
  for (const [name, own] of Object.entries(overrides)) {
    const subdir = subdirSchema.parse(name);
    const read = async () => {
      const { control, etag } = await readControl(store, channel, subdir);
      return etag === null ? null : { value: control, etag };
    };
    await updateJson<Control, null>(world, { key: controlKey(channel, subdir), read }, async (control) => {
      const { packages } = control ?? emptyControl;
      const next = { ...packages, ...own };
      const isSaid = canonicalJson(next) === canonicalJson(packages);
      return isSaid || !(await isCurrent()) ? null : { version: 1, packages: next };
    });
  }
}
