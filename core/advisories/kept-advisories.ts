import { z } from 'zod';
import { advisoriesKey } from '../layout/gate-keys.ts';
import { type ProjectName, projectNameSchema } from '../names/project-name.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { type Advisory, advisorySchema } from './advisory.ts';
import type { Advisories } from './read-export.ts';

const keptSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  /** Under which the export came; null where its server gives none. */
  etag: z.string().nullable(),
  /** When its server last said that this is what it has: milliseconds since the epoch. */
  asOf: z.number(),
  newest: z.number(),
  records: z.number(),
  lost: z.array(z.string()),
  projects: z.array(z.tuple([projectNameSchema, z.array(advisorySchema)])),
});

/** An export as it was read last, and from where. */
export interface KeptAdvisories extends Advisories {
  readonly url: string;
  readonly etag: string | null;
  readonly asOf: number;
}

/** What was last read of the export at this URL; null when nothing was, or it is damaged: it is then read anew or missed. */
export async function readKeptAdvisories(store: Store, url: string): Promise<KeptAdvisories | null> {
  try {
    const kept = await readJsonObject(store, advisoriesKey, keptSchema);
    if (kept === null || kept.value.url !== url) return null;
    const { version: _, projects, ...rest } = kept.value;
    return { ...rest, byProject: new Map<ProjectName, readonly Advisory[]>(projects) };
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

/**
 * Keeps what was read: some 15 MB for 30,000 records, which an invocation reads in a fraction of a second, where the export
 * takes seconds. Whoever writes last has read it last.
 */
export async function keepAdvisories(store: Store, { byProject, ...rest }: KeptAdvisories): Promise<void> {
  await store.put(advisoriesKey, Buffer.from(JSON.stringify({ version: 1, ...rest, projects: [...byProject] })));
}
