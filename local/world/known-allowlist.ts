import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { readStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { defaultPolicy } from '../../core/documents/gate/policy.ts';
import type { GateAllowlist } from '../../core/gate/judge/gate-settings.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { readAllowlist } from './repository-files.ts';

/**
 * The allowlist that a command acts on which plans nothing: the one that `--allowlist` names, else the one that the store
 * was last synced with, wherever the command is run. Null where it never was: then the store's own subdirs are all there is.
 *
 * @throws GatehouseError `allowlist.missing` for a file that is not there, `allowlist.invalid` for either
 */
export async function knownAllowlist(named: string | undefined, store: Store): Promise<Allowlist | null> {
  if (named !== undefined) return (await readAllowlist(named)).allowlist;
  try {
    return (await readStoredAllowlist(store)).allowlist;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'allowlist.missing') return null;
    throw error;
  }
}

/**
 * The allowlist that says which names are the organisation's own.
 *
 * @throws GatehouseError `allowlist.missing` where the store was never synced and none is named
 */
export async function allowlistToPublishBy(named: string | undefined, store: Store): Promise<Allowlist> {
  const known = await knownAllowlist(named, store);
  if (known !== null) return known;
  throw new GatehouseError('allowlist.missing', 'the store was never synced, so no name is known to be your own', {
    hint: 'run gatehouse sync with an allowlist that has "reserved", or name it: --allowlist allowlist.json',
  });
}

/** The part of an allowlist that shapes the index, and what the gate goes by, whatever packages it names. */
export type Configured = Pick<Allowlist, 'platforms' | 'forms'> & GateAllowlist;

/** What a store is indexed and verified by that was never synced. */
export const nothingConfigured: Configured = {
  ...{ platforms: [], forms: [], channels: [], indexes: [], entries: [], reserved: [], mapping: null },
  policy: defaultPolicy,
};
