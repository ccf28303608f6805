import { type Control, controlSchema, emptyControl } from './control.ts';
import { GatehouseError } from './error.ts';
import { type ChannelName, controlKey } from './layout.ts';
import type { Store } from './ports/store.ts';
import { isDamaged, readJsonObject } from './read-json-object.ts';
import type { Subdir } from './subdir.ts';

export interface ReadControl {
  readonly control: Control;
  /** Null when nothing was decided yet. */
  readonly etag: string | null;
}

const hint =
  'put its last version back from a backup; only it knows what was withdrawn, and without it that would be served again';

/**
 * One subdir's control with the ETag under which it was read.
 *
 * @throws GatehouseError `json.invalid` when it is damaged: decisions are derived from nothing, so none are made up
 */
export async function readControl(store: Store, channel: ChannelName, subdir: Subdir): Promise<ReadControl> {
  try {
    const read = await readJsonObject(store, controlKey(channel, subdir), controlSchema);
    return read === null ? { control: emptyControl, etag: null } : { control: read.value, etag: read.etag };
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    throw new GatehouseError(cause.code, cause.message, { hint, cause });
  }
}
