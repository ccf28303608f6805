import { z } from 'zod';
import { projectControlKey } from '../../layout/keys.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { isDamaged, readJsonObject } from '../../store/read-json-object.ts';
import { publishedSinceSchema, yankSchema } from '../published/published.ts';

/** What was decided of a file. Of what came of an index only a file that has one which is not withdrawn is listed. */
export const fileDecisionSchema = z.strictObject({
  /** The entries that last needed the file. */
  why: z.array(z.string()),
  /** Milliseconds since the epoch: when a complete plan first did without it while an entry of `why` remained. */
  unneededSince: z.number().optional(),
  /** The file is off the page, its bytes are kept. */
  withdrawn: z.strictObject({ at: z.number(), reason: z.string() }).optional(),
  /** As upstream's page has it (PEP 592): yanked, or why. */
  yanked: z.union([z.literal(true), z.string()]).optional(),
  /** The organisation took it back. */
  yank: yankSchema.optional(),
  /** The gate, or a person, took it back from all who could get it: neither its record nor its bytes are served. */
  recalled: z.strictObject({ at: z.number(), reason: z.string() }).optional(),
  /** The organisation published what upstream had brought before. */
  published: publishedSinceSchema.optional(),
  /** What the page says instead of the metadata's `Requires-Python`: with the entry's own bound on python. */
  requiresPython: z.string().optional(),
});
export type FileDecision = z.infer<typeof fileDecisionSchema>;

/** One project's decisions by file name. Mutable, so it is only written under compare-and-swap. */
export const projectControlSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), fileDecisionSchema),
});
export type ProjectControl = z.infer<typeof projectControlSchema>;

export const emptyProjectControl: ProjectControl = { version: 1, files: {} };

export interface ReadProjectControl {
  readonly control: ProjectControl;
  /** Null when the project has no control yet. */
  readonly etag: string | null;
}

const hint = 'put its last version back from a backup; or delete it and run gatehouse sync, which decides anew';

/**
 * One project's control with the ETag under which it was read.
 *
 * @throws GatehouseError `json.invalid` when it is damaged, which is not taken for empty
 */
export async function readProjectControl(store: Store, project: ProjectName): Promise<ReadProjectControl> {
  try {
    const read = await readJsonObject(store, projectControlKey(project), projectControlSchema);
    return read === null ? { control: emptyProjectControl, etag: null } : { control: read.value, etag: read.etag };
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    throw new GatehouseError(cause.code, cause.message, { hint, cause });
  }
}
