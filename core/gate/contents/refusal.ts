import { type CheckId, checkOfCode } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { GateCandidate } from '../check.ts';

/** What a reader's message says: the code that leads it, and the sentence. */
export function splitCode(message: string): { readonly code: string; readonly detail: string } {
  const [, code = 'A4.reader', detail = message] = /^([\w.-]+): (.*)$/s.exec(message) ?? [];
  return { code, detail };
}

/** Which check owns what readers refuse by codes that are no check's. The first that fits counts. */
const owners: readonly (readonly [code: RegExp, owner: CheckId])[] = [
  [/^wheel\.record/, 'F3'],
  [/^wheel\.entry-point/, 'D5'],
  [/^wheel\.(?:file-type|scheme)/, 'F5'],
  [/^(?:wheel|metadata)\./, 'F2'],
  // Of a source distribution: gzip is read for those alone.
  [/^(?:sdist|A15)\./, 'D6'],
];

interface Refused {
  readonly code: string;
  readonly detail: string;
}

/**
 * The firing of the check that owns a reader's refusal: such a file cannot be read in one way only, and is rejected. The ZIP
 * of a wheel is F1's.
 *
 * @returns the owner, and a firing whose code starts with it: `F3.record-hash` of the reader's `wheel.record-hash`
 */
export function refusalFiring(
  { code, detail }: Refused,
  kind: GateCandidate['kind'],
): { readonly id: CheckId; readonly firing: Firing } {
  const own = kind === 'wheel' && code.startsWith('A4.') ? 'F1' : checkOfCode(code);
  const id = own ?? owners.find(([codes]) => codes.test(code))?.[1] ?? 'A4';
  const [, word = code] = /^[^.]+\.(.+)$/.exec(code) ?? [];
  return { id, firing: { code: `${id}.${word}`, verdict: 'reject', detail } };
}
