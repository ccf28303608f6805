import { z } from 'zod';
import type { Subdir } from '../../names/subdir.ts';
import { GatehouseError } from '../../problems/error.ts';
import { normaliseRecord } from '../../record/normalise-record.ts';
import type { RepodataRecord } from '../../record/record.ts';
import type { PatchInstructions } from './patch-file.ts';

/** What the organisation's own instructions say of one package. The control document keeps it. */
export const hotfixSchema = z.strictObject({
  /** Keys of the record and the values that replace them. */
  set: z.record(z.string(), z.json()).optional(),
  /** The package stays in the index, but no client can install it. */
  revoked: z.literal(true).optional(),
  /** The package is left out of the index. */
  removed: z.literal(true).optional(),
});
export type Hotfix = z.infer<typeof hotfixSchema>;

/** No channel has a package of this name, so whatever depends on it cannot be installed. */
const revocation = 'package_has_been_revoked';

/**
 * What instructions say of one package, or null when they say nothing of it. An instruction for a `.tar.bz2` also holds
 * for the `.conda` of the same name, as in conda-index; one for a `.conda` holds for that alone.
 */
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
 * The record with its hotfix, as all clients read it, or null when that takes it out of the index. Values replace, they do
 * not merge.
 *
 * @throws GatehouseError `json.invalid` when a value does not fit its key
 */
export function applyHotfix(record: RepodataRecord, { set, revoked, removed }: Hotfix): RepodataRecord | null {
  if (removed) return null;
  const normal = normaliseRecord({ ...record, ...set });
  if (!normal.ok) throw new GatehouseError('json.invalid', `the hotfix of ${record.name}: ${normal.detail}`);
  const patched = normal.record;
  return revoked ? { ...patched, revoked: true, depends: [...patched.depends, revocation] } : patched;
}

/** An organisation's own hotfixes, by subdir. */
export type Patches = ReadonlyMap<Subdir, PatchInstructions>;

export const noPatches: Patches = new Map();

/** What the instructions of its subdir say of one package, or null when they say nothing of it. */
export function hotfixIn(patches: Patches, subdir: Subdir, filename: string): Hotfix | null {
  const instructions = patches.get(subdir);
  return instructions === undefined ? null : hotfixOf(filename, instructions);
}
