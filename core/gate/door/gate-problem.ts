import type { Firing } from '../../documents/gate/verdict.ts';
import { canonicalJson } from '../../json/json.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Settled } from '../settle.ts';

/** What is not let through: what it is called in a problem, and its bytes. */
interface KeptOut {
  readonly subject: string;
  readonly sha256: Sha256 | null;
}

/**
 * Why the gate does not let a file through, as a person is told it: the check's code leads, and the hint has the line with which
 * the allowlist lets it in.
 *
 * @param now milliseconds since the epoch
 */
export function gateProblem({ subject, sha256 }: KeptOut, { verdict, telling }: Settled, now: number): Problem {
  const [worst, ...others] = telling.filter((firing) => firing.verdict !== 'warn');
  // An earlier verdict, by a policy that has changed since.
  if (worst === undefined) return { code: 'gate.held', subject, detail: 'it was held before', hint: againHint };
  const more = others.length === 0 ? '' : `; and ${others.map(({ code }) => code).join(', ')}`;
  const detail = `${worst.code}: ${worst.detail}${untilText(worst)}${more}`;
  if (verdict === 'reject') {
    const hint = worst.code === 'R1.recalled' ? recalledHint : rejectedHint;
    return { code: 'gate.rejected', subject, detail, hint };
  }
  return { code: 'gate.held', subject, detail, hint: heldHint(worst, sha256, now) };
}

const rejectedHint = 'these bytes are not let in, and no waiver changes that: take another build or version';

const recalledHint =
  'what a sweep recalled comes back once nothing else holds it: where a check holds it, by a waiver of that code and these bytes; else when its advisory is withdrawn; gatehouse recall NAME VERSION --undo ends a recall by hand';

const againHint = 'gatehouse index, or the next sync, judges it anew';

/** C2 says it by itself. */
const untilText = ({ code, until }: Firing): string =>
  until === undefined || code.startsWith('C2.')
    ? ''
    : `; until ${new Date(until).toISOString().replace(/\.000Z$/, 'Z')}`;

/** 90 days in milliseconds, which is what a waiver is proposed for. */
const proposedMs = 90 * 24 * 60 * 60 * 1000;

function heldHint({ code, verdict, sha256: ofFile, until }: Firing, sha256: Sha256 | null, now: number): string {
  if (verdict === 'error') return 'the check could not be done: the next run asks again';
  const pinned = ofFile ?? sha256;
  const first = until === undefined ? '' : 'it enters by itself then; ';
  if (pinned === null) return `${first}docs/security.md says how a hold ends`;
  const expires = new Date(now + proposedMs).toISOString().slice(0, 10);
  const waiver = canonicalJson({ check: code, sha256: pinned, reason: 'WHY', expires });
  return `${first}who has looked at it lets it in with a line of "waivers" in the allowlist: ${waiver.trim()}`;
}
