import { access } from 'node:fs/promises';
import type { Allowlist } from '../core/allowlist/parse-allowlist.ts';
import { readAllowlist } from './repository-files.ts';

/** Where every command looks unless told otherwise. */
export const usualAllowlist = 'allowlist.json';

/** What an allowlist says of the index, whatever packages it names. */
export type Configured = Pick<Allowlist, 'platforms' | 'forms'>;

/**
 * The allowlist's platforms and forms. A store can be indexed and verified without an allowlist, so there are none when
 * the file of the usual name is not there; one that was asked for by name must be.
 */
export async function configured(file: string): Promise<Configured> {
  if (file !== usualAllowlist) return await readAllowlist(file);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  return exists ? await readAllowlist(file) : { platforms: [], forms: [] };
}
