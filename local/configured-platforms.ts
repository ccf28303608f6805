import { access } from 'node:fs/promises';
import type { Subdir } from '../core/subdir.ts';
import { readAllowlist } from './read-allowlist.ts';

/** Where every command looks unless told otherwise. */
export const usualAllowlist = 'allowlist.json';

/**
 * The allowlist's platforms. A store can be indexed and verified without an allowlist, so there are none when the file
 * of the usual name is not there; one that was asked for by name must be.
 */
export async function configuredPlatforms(file: string): Promise<readonly Subdir[]> {
  if (file !== usualAllowlist) return (await readAllowlist(file)).platforms;
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  return exists ? (await readAllowlist(file)).platforms : [];
}
