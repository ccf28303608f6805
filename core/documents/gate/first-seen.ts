import { z } from 'zod';
import { canonicalJson } from '../../json/json.ts';
import { firstSeenKey } from '../../layout/gate-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { putOnce } from '../../store/put-once.ts';
import { readJsonObject } from '../../store/read-json-object.ts';

/** When a plan that may write first met a file. Create-only. */
const firstSeenSchema = z.strictObject({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** A file of an upstream, by its id and the sha256 or md5 that upstream gives. */
interface SeenFile {
  readonly id: string;
  readonly digest: string;
}

/**
 * When a file was first seen, for files of which no server says since when they are public.
 *
 * @returns milliseconds since the epoch; null where nobody has seen it and nothing may be written
 */
export type FirstSeen = (file: SeenFile) => Promise<number | null>;

const readFirstSeen =
  (store: Store): FirstSeen =>
  async ({ id, digest }) =>
    (await readJsonObject(store, firstSeenKey(id, digest), firstSeenSchema))?.value.at ?? null;

/** @param mayWrite whether what nobody has seen yet counts as seen now, for ever: a plan that is only shown changes nothing */
export function openFirstSeen(store: Store, clock: Pick<Clock, 'now'>, mayWrite: boolean): FirstSeen {
  const read = readFirstSeen(store);
  if (!mayWrite) return read;
  return async (file) => {
    const known = await read(file);
    if (known !== null) return known;
    const seen: z.infer<typeof firstSeenSchema> = { version: 1, at: clock.now() };
    await putOnce(store, firstSeenKey(file.id, file.digest), Buffer.from(canonicalJson(seen)));
    return read(file);
  };
}
