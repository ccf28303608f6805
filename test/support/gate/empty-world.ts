import { defaultPolicy } from '../../../core/documents/gate/policy.ts';
import type { GateCheckWorld } from '../../../core/gate/check.ts';

/** What a check goes by where nothing is known: no advisories, nothing that passed before, the policy by default. */
export const emptyWorld: GateCheckWorld = {
  policy: defaultPolicy,
  now: 1_700_000_000_000,
  advice: { status: 'none' },
  isFirst: false,
  previous: async () => null,
  isKnownScript: async () => false,
  knownNames: [],
  reserved: [],
};
