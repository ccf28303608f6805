import type { Subdir } from '../../subdir.ts';
import { type Hotfix, hotfixOf } from './hotfix.ts';
import type { PatchInstructions } from './patch-instructions.ts';

/** An organisation's own hotfixes, by subdir. */
export type Patches = ReadonlyMap<Subdir, PatchInstructions>;

export const noPatches: Patches = new Map();

/** What they say of one package; null when nothing. */
export function hotfixIn(patches: Patches, subdir: Subdir, filename: string): Hotfix | null {
  const instructions = patches.get(subdir);
  return instructions === undefined ? null : hotfixOf(filename, instructions);
}
