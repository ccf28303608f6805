import { z } from 'zod';

/** How a check of the gate counts: not at all, as a warning at most, or as it answers. */
export const checkModes = ['off', 'dry-run', 'enforce'] as const;
export type CheckMode = (typeof checkModes)[number];

/** The checks of the gate; docs/security.md says what each looks at. */
export const checkIds = [
  ...['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'A10', 'A11', 'A12', 'A13', 'A14'],
  ...['B1', 'B2', 'B3', 'B4', 'B5', 'B7'],
  ...['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10'],
  ...['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'],
  ...['E1', 'E2', 'E3'],
  ...['F1', 'F2', 'F3', 'F4', 'F5', 'F7'],
  'R1',
] as const;
export const checkIdSchema = z.enum(checkIds);
export type CheckId = z.infer<typeof checkIdSchema>;

/**
 * Checks, and single codes of checks, that only warn until the organisation says otherwise: sound packages have what they
 * look for. All others count as they answer.
 */
export const dryRunByDefault: readonly string[] = ['B2.absent', 'B4', 'C4', 'C6', 'C8', 'C9', 'E2', 'E3'];

/** The check that a code (`A4.framing`) belongs to; null for one that is of none. */
export const checkOfCode = (code: string): CheckId | null =>
  checkIdSchema.safeParse(code.split('.', 1)[0]).data ?? null;
