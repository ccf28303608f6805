import { z } from 'zod';
import { canonicalJson } from '../../json/json.ts';
import { openedKey } from '../../layout/gate-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { putOnce } from '../../store/put-once.ts';

/** That a first sync or sweep ended. Create-only. */
const openedSchema = z.strictObject({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** Whether a channel has had no sync or sweep to its end yet: what it brings is no news (`D2`, `D7`). */
export const isFirst = async (store: Store): Promise<boolean> => (await store.get(openedKey)) === null;

/** Writes down that a first sync or sweep ended: what comes later is new. Of every later one it changes nothing. */
export async function markOpened(store: Store, clock: Pick<Clock, 'now'>): Promise<void> {
  const opened: z.infer<typeof openedSchema> = { version: 1, at: clock.now() };
  await putOnce(store, openedKey, Buffer.from(canonicalJson(opened)));
}
