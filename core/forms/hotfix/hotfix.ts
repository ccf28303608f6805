import { z } from 'zod';
import { parseValue } from '../../json.ts';
import { type RepodataRecord, recordSchema } from '../../record/record.ts';
import type { PatchInstructions } from './patch-instructions.ts';

/** What the organisation's own instructions say of one package; kept in its decision. */
export const hotfixSchema = z.strictObject({
  /** Keys of the record and the values that replace them. */
  set: z.record(z.string(), z.json()).optional(),
  /** Listed, but nothing can install it. */
  revoked: z.literal(true).optional(),
  /** Out of the index. */
  removed: z.literal(true).optional(),
});
export type Hotfix = z.infer<typeof hotfixSchema>;

/** The dependency that no channel has. */
const revocation = 'package_has_been_revoked';

/** What instructions say of one package: one for a `.tar.bz2` also means its `.conda` twin. Null when nothing. */
export function hotfixOf(filename: string, instructions: PatchInstructions): Hotfix | null {
  const legacy = filename.replace(/\.conda$/, '.tar.bz2');
  const names = [filename, legacy];
  const own = filename === legacy ? {} : instructions['packages.conda'][filename];
  const set = { ...instructions.packages[legacy], ...own };
  const hotfix: Hotfix = {
    ...(Object.keys(set).length > 0 && { set }),
    ...(instructions.revoke.some((name) => names.includes(name)) && { revoked: true }),
    ...(instructions.remove.some((name) => names.includes(name)) && { removed: true }),
  };
  return Object.keys(hotfix).length === 0 ? null : hotfix;
}

/**
 * The record with its hotfix, or null when that takes it out of the index. Values replace, they do not merge.
 *
 * @throws GatehouseError `json.invalid` when a value does not fit its key
 */
export function applyHotfix(record: RepodataRecord, { set, revoked, removed }: Hotfix): RepodataRecord | null {
  if (removed) return null;
  const patched = parseValue({ ...record, ...set }, recordSchema, `the hotfix of ${record.name}`);
  return revoked ? { ...patched, revoked: true, depends: [...patched.depends, revocation] } : patched;
}
