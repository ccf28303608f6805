import { z } from 'zod';
import { atMostUnits } from '../json/length-checks.ts';

/** In UTF-16 units: what file systems take. */
const maxFileNameLength = 255;

/**
 * The name of a file that a project's release has on a package index, as far as it may become a key of the store and a
 * part of a URL: what PEP 427 and PEP 625 let be written, with no separator of folders and no dot in front.
 */
export const distributionFileNameSchema = z
  .string()
  .check(atMostUnits(maxFileNameLength))
  .regex(/^[a-z0-9][\w.+!-]*$/i, 'is not the name of a file of a package index')
  .brand<'DistributionFileName'>();
export type DistributionFileName = z.infer<typeof distributionFileNameSchema>;

/** Parses a name that comes from outside; null when it is none. */
export function parseDistributionFileName(text: string): DistributionFileName | null {
  const parsed = distributionFileNameSchema.safeParse(text);
  return parsed.success ? parsed.data : null;
}
