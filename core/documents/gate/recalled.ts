import { z } from 'zod';
import { recallKey } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { hintIfDamaged, type JsonObject, readJsonObject } from '../../store/read-json-object.ts';
import { checkIdSchema } from './checks.ts';

/** That bytes were taken back from all who could get them, on both sides of a store. Mutable, under compare-and-swap. */
const recallSchema = z.strictObject({
  version: z.literal(1),
  /** Every name under which they were served: `linux-64/x-1.0-0.conda`, `simple/x/x-1.0-py3-none-any.whl`. */
  ids: z.array(z.string()),
  /** Milliseconds since the epoch. */
  at: z.number(),
  reason: z.string(),
  /** The check that a sweep went by, whose hold or reject may end; null of a recall by hand, which ends by hand. */
  check: checkIdSchema.nullable(),
  /** It ended: the bytes may enter again. */
  endedAt: z.number().optional(),
});
export type Recall = z.infer<typeof recallSchema>;

/** What to do where one is damaged or gone. */
export const restoringRecall = 'put it back from a backup: without it the same bytes may come in again';

/** The recall of these bytes, ended or not; null when there was none. */
export const readRecall = (store: Store, sha256: Sha256): Promise<JsonObject<Recall> | null> =>
  hintIfDamaged(readJsonObject(store, recallKey(sha256), recallSchema), restoringRecall);
