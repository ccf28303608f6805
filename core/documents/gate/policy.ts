import { z } from 'zod';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import { type CheckMode, dryRunByDefault } from './checks.ts';

/** A person's word that something which a check holds may enter until a day, pinned by the sha256 of what it is. */
export const waiverSchema = z.strictObject({
  /** A check, or one of its codes: `D1`, `D3.import`. */
  check: z.string(),
  /** Of the artifact, or of the file in it that the check names. */
  sha256: sha256Schema,
  reason: z.string(),
  /** The last day on which it counts, in UTC: `2027-03-31`. */
  expires: z.string(),
});
export type Waiver = z.infer<typeof waiverSchema>;

const dayMs = 24 * 60 * 60 * 1000;

/** Whether a waiver counts at a time, in milliseconds since the epoch. */
export const isInForce = ({ expires }: Waiver, now: number): boolean =>
  now < Date.parse(`${expires}T00:00:00Z`) + dayMs;

/** How the gate acts, as the allowlist says. */
export interface Policy {
  /** By check, or by one of its codes; what is in neither acts as it does by default. */
  readonly modes: ReadonlyMap<string, CheckMode>;
  /** Where the advisories are; null where the allowlist does not say, `none` where nobody is to look. */
  readonly advisories: string | null;
  /** Milliseconds that what is new waits. */
  readonly coolDown: number;
  /** Whether it waits too where it comes from this machine: `file:` and loopback channels. */
  readonly coolDownLocal: boolean;
  /** SPDX identifiers that are allowed; null where the organisation lists none. */
  readonly licenses: readonly string[] | null;
  readonly waivers: readonly Waiver[];
}

/** What is new waits for seven days: of ten attacks on public indexes eight were found within a week. */
export const defaultCoolDownDays = 7;

export const defaultPolicy: Policy = {
  modes: new Map(),
  advisories: null,
  coolDown: defaultCoolDownDays * dayMs,
  coolDownLocal: false,
  licenses: null,
  waivers: [],
};

export const daysInMs = (days: number): number => days * dayMs;

/** How a code of a check counts: as the policy says of the code, else of its check, else as both do by default. */
export function modeOf(code: string, { modes, licenses }: Pick<Policy, 'modes' | 'licenses'>): CheckMode {
  const [check = code] = code.split('.', 1);
  // What was taken back would come again by a word in the allowlist that nobody recorded as the end of its recall.
  if (check === 'R1') return 'enforce';
  const said = modes.get(code) ?? modes.get(check);
  if (said !== undefined) return said;
  // Whoever lists what is allowed means it.
  if (check === 'E2' && licenses !== null) return 'enforce';
  return dryRunByDefault.includes(code) || dryRunByDefault.includes(check) ? 'dry-run' : 'enforce';
}

/** Whether a waiver is of this code and these bytes. */
export const waives = (
  waiver: Waiver,
  { code, sha256s }: { readonly code: string; readonly sha256s: readonly Sha256[] },
) => (waiver.check === code || waiver.check === code.split('.', 1)[0]) && sha256s.includes(waiver.sha256);
