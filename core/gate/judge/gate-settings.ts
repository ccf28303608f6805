import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Entry } from '../../documents/allowlist/read-entries.ts';
import { defaultPolicy, type Policy } from '../../documents/gate/policy.ts';
import type { Sha256 } from '../../names/digest.ts';

/** What of an allowlist the gate goes by; plain data, so that threads can be told. */
export type GateAllowlist = Pick<Allowlist, 'policy' | 'channels' | 'indexes' | 'entries' | 'mapping' | 'reserved'>;

/** What the allowlist says to the checks. */
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

export function gateSettings(allowlist: GateAllowlist | null, sha256: Sha256 | null): GateSettings {
  const { policy = defaultPolicy, entries = [], reserved = [] } = allowlist ?? {};
  const reasons = entries.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const]));
  return { policy, knownNames: entries.map(nameOf), reserved, allowlist: sha256, reasons: new Map(reasons) };
}

const nameOf = (entry: Entry): string => (entry.kind === 'pypi' ? entry.name : entry.spec.name);
