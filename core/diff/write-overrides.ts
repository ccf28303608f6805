import { type Control, emptyControl, readControl } from '../documents/control.ts';
import type { Overrides } from '../documents/plan.ts';
import { keepOwnWord } from '../documents/published/published.ts';
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
      const next = { ...packages, ...keepOwnWord(own, packages) };
      const isSaid = canonicalJson(next) === canonicalJson(packages);
      return isSaid || !(await isCurrent()) ? null : { version: 1, packages: next };
    });
  }
}
