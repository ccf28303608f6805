import type { Firing } from '../../documents/gate/verdict.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Settled } from '../settle.ts';
import { proposedWaivers } from './proposed-waivers.ts';
import { rejectedHint } from './rejected-hint.ts';

/** What is not let through: what it is called in a problem, and its bytes. */
interface KeptOut {
  readonly subject: string;
  readonly sha256: Sha256 | null;
}

/**
 * Why the gate does not let a file through, as a person is told it: the check's code leads, and the hint has the lines
 * with which the allowlist lets it in.
 *
 * @param now milliseconds since the epoch
 */
export function gateProblem({ subject, sha256 }: KeptOut, { verdict, telling }: Settled, now: number): Problem {
  const [worst, ...others] = telling.filter((firing) => firing.verdict !== 'warn');
  // An earlier verdict, by a policy that has changed since.
  if (worst === undefined) return { code: 'gate.held', subject, detail: 'it was held before', hint: againHint };
  const more = others.length === 0 ? '' : `; and ${others.map(({ code }) => code).join(', ')}`;
  const detail = `${worst.code}: ${worst.detail}${untilText(worst)}${more}`;
  if (verdict === 'reject') return { code: 'gate.rejected', subject, detail, hint: rejectedHint(worst.code) };
  return { code: 'gate.held', subject, detail, hint: heldHint([worst, ...others], sha256, now) };
}

const againHint = 'gatehouse index, or the next sync, judges it anew';

const untilText = ({ until }: Firing): string =>
  until === undefined ? '' : `; until ${new Date(until).toISOString().replace(/\.\d+Z$/, 'Z')}`;

/** So many lines of waivers are in a hint: it is cut where it is longer than a line that is shown. */
const maxWaivers = 2;

function heldHint(holding: readonly Firing[], sha256: Sha256 | null, now: number): string {
  if (holding[0]?.verdict === 'error') return 'the check could not be done: the next run asks again';
  const first = holding.every(({ until }) => until !== undefined) ? 'it enters by itself then; ' : '';
  const waivers = proposedWaivers(holding, sha256, now);
  if (waivers.length === 0) return `${first}docs/security.md says how a hold ends`;
  const listed = holding.some(({ code }) => code === 'E2.license')
    ? ', or its license into "licenses" of "policy"'
    : '';
  const more = waivers.length > maxWaivers ? `, and ${waivers.length - maxWaivers} more, which gatehouse why has` : '';
  const lines = waivers.slice(0, maxWaivers).join(', ');
  return `${first}who has looked at it writes into "waivers" of the allowlist${listed}, and syncs: ${lines}${more}`;
}
