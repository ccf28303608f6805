import { z } from 'zod';
import { type ChannelName, controlKey } from '../layout/keys.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { recordSchema } from '../record/record.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { hotfixSchema } from './patches/hotfix.ts';
import { publishedSinceSchema, yankSchema } from './published/published.ts';

/** What replaces or adds to a package's provenance since the package entered. */
export const overrideSchema = z.strictObject({
  /** Upstream's record as it is now, when it differs from the provenance's. */
  record: recordSchema.optional(),
  /** The entries that last needed the package. Absent for a package put there by hand. */
  why: z.array(z.string()).optional(),
  /** Milliseconds since the epoch: when a complete plan first did without it while an entry of `why` remained. */
  unneededSince: z.number().optional(),
  /** The package is out of the index, its bytes are kept. */
  withdrawn: z.strictObject({ at: z.number(), reason: z.string() }).optional(),
  /** The organisation took it back. */
  yank: yankSchema.optional(),
  /** The gate, or a person, took it back from all who could get it: neither its record nor its bytes are served. */
  recalled: z.strictObject({ at: z.number(), reason: z.string() }).optional(),
  /** The organisation published what upstream had brought before. */
  published: publishedSinceSchema.optional(),
  /** What the organisation's own patch instructions say of the package. */
  hotfix: hotfixSchema.optional(),
});
export type Override = z.infer<typeof overrideSchema>;

/** Whether a package is kept out of the index, whatever its bytes and its record say. */
export const isKeptOut = ({ withdrawn, yank, recalled }: Override): boolean =>
  (withdrawn ?? yank ?? recalled) !== undefined;

/** One subdir's overrides by file name. Mutable, so it is only written under compare-and-swap. */
export const controlSchema = z.strictObject({
  version: z.literal(1),
  packages: z.record(z.string(), overrideSchema),
});
export type Control = z.infer<typeof controlSchema>;

export const emptyControl: Control = { version: 1, packages: {} };

export interface ReadControl {
  readonly control: Control;
  /** Null when the subdir has no control yet. */
  readonly etag: string | null;
}

const hint =
  'put its last version back from a backup; only it knows what was withdrawn, and without it that would be served again';

/**
 * One subdir's control with the ETag under which it was read.
 *
 * @throws GatehouseError `json.invalid` when it is damaged. A damaged control is not taken as empty: a withdrawn
 *   package would be served again
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
