import { access } from 'node:fs/promises';
import type { Subdir } from '../core/subdir.ts';
import { readAllowlist } from './read-allowlist.ts';

/** The allowlist's platforms; none when there is no allowlist, since a store can be indexed and verified without one. */
export async function configuredPlatforms(file: string): Promise<readonly Subdir[]> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  return exists ? (await readAllowlist(file)).platforms : [];
}
