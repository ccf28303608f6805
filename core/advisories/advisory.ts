import { z } from 'zod';

/** What an advisory says of one PyPI project (OSV's schema, as far as the gate goes by it). */
export const advisorySchema = z.strictObject({
  /** `MAL-2025-1`, `PYSEC-2026-2`, `GHSA-…`. */
  id: z.string(),
  aliases: z.array(z.string()),
  /** Milliseconds since the epoch. */
  published: z.number(),
  modified: z.number(),
  withdrawn: z.number().nullable(),
  summary: z.string(),
  /** Whether it tells of a package that was made to harm: `MAL-`, by its id or an alias, or CWE-506. */
  malicious: z.boolean(),
  /** CVSS base score from 0 to 10; null where it gives none. */
  score: z.number().nullable(),
  /** Releases that it names one by one, as written. */
  versions: z.array(z.string()),
  /** Ranges of releases by PEP 440: from `introduced` (`0`: from the first) to before `fixed`, or to `lastAffected`. */
  ranges: z.array(
    z.strictObject({ introduced: z.string(), fixed: z.string().nullable(), lastAffected: z.string().nullable() }),
  ),
  /** Why it could not be read; null where it was. Nobody knows which releases such a one is about. */
  unreadable: z.string().nullable(),
});
export type Advisory = z.infer<typeof advisorySchema>;
export type AffectedRange = Advisory['ranges'][number];
