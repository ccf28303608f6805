import type { Entry } from '../documents/allowlist/read-entries.ts';
import type { StoredAllowlist } from '../documents/allowlist/stored-allowlist.ts';
import { defaultPolicy, type Policy } from '../documents/gate/policy.ts';
import type { Sha256 } from '../names/digest.ts';

/** What the allowlist says to the gate; plain data, so that threads can be told. */
export interface GateSettings {
  readonly policy: Policy;
  /** Names that are allowed already: what looks like one of them is told. */
  readonly knownNames: readonly string[];
  /** The organisation's own (`isReserved`). */
  readonly reserved: readonly string[];
  /** Of the allowlist's bytes; null where there is none. */
  readonly allowlist: Sha256 | null;
  /** Why entries are there, by their ids, of those that say so. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** @param stored the allowlist that a store was last synced with, or that a command was given; null where there is none */
export function gateSettings(stored: StoredAllowlist | null): GateSettings {
  const { policy = defaultPolicy, entries = [], reserved = [] } = stored?.allowlist ?? {};
  const reasons = entries.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const]));
  return {
    policy,
    knownNames: entries.map(nameOf),
    reserved,
    allowlist: stored?.sha256 ?? null,
    reasons: new Map(reasons),
  };
}

const nameOf = (entry: Entry): string => (entry.kind === 'pypi' ? entry.name : entry.spec.name);
