import { type Control, controlSchema, emptyControl } from './control.ts';
import { parseJson } from './json.ts';
import { type ChannelName, controlKey } from './layout.ts';
import type { Store } from './ports/store.ts';
import type { Subdir } from './subdir.ts';

export interface ReadControl {
  readonly control: Control;
  /** Null when nothing was decided yet. */
  readonly etag: string | null;
}

/** One subdir's control with the ETag under which it was read. */
export async function readControl(store: Store, channel: ChannelName, subdir: Subdir): Promise<ReadControl> {
  const key = controlKey(channel, subdir);
  const object = await store.get(key);
  if (object === null) return { control: emptyControl, etag: null };
  const text = Buffer.from(await object.read(0, object.size)).toString('utf8');
  return { control: parseJson(text, controlSchema, key), etag: object.etag };
}
