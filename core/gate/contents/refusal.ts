import { type CheckId, checkOfCode } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';

/** What a reader's message says: the code that leads it, and the sentence. */
export function splitCode(message: string): { readonly code: string; readonly detail: string } {
  const [, code = 'A4.reader', detail = message] = /^([\w.-]+): (.*)$/s.exec(message) ?? [];
  return { code, detail };
}

/** Which check owns what readers refuse by other codes than its own. The first that fits counts. */
const owners: readonly (readonly [prefix: string, owner: CheckId])[] = [
  ['wheel.record', 'F3'],
  ['wheel.entry-point', 'D5'],
  ['wheel.file-type', 'F5'],
  ['wheel.scheme', 'F5'],
  ['wheel.', 'F2'],
  ['metadata.', 'F2'],
  ['A15.', 'D6'],
  ['sdist.', 'D6'],
];

/**
 * The firing of the check that owns a reader's refusal: such a file cannot be read in one way only, and is rejected.
 *
 * @returns the owner, and a firing whose code starts with it: `F3.record-hash` of the reader's `wheel.record-hash`
 */
export function refusalFiring({ code, detail }: { readonly code: string; readonly detail: string }): {
  readonly id: CheckId;
  readonly firing: Firing;
} {
  const [, word = code] = /^[^.]+\.(.+)$/.exec(code) ?? [];
  const id = checkOfCode(code) ?? owners.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'A4';
  return { id, firing: { code: checkOfCode(code) === null ? `${id}.${word}` : code, verdict: 'reject', detail } };
}
