import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { daysInMs, isInForce, type Waiver } from '../../documents/gate/policy.ts';
import type { Waiting } from '../../documents/plan.ts';
import type { Problem } from '../../problems/problem.ts';

/** What a check says of most files of a channel alike: told once, with how many it is said of. */
const alike: ReadonlySet<string> = new Set(['C3.unknown']);

/** Warnings, with those that the gate has of most files drawn together. */
export function inOneLine(warnings: readonly Problem[]): Problem[] {
  const { others = [], many = [] } = Object.groupBy(warnings, ({ code }) => (alike.has(code) ? 'many' : 'others'));
  const lines = [...Map.groupBy(many, ({ code }) => code)].map(([code, ofCode]) => {
    const subjects = [...new Set(ofCode.map(({ subject }) => subject))];
    const [first = ''] = subjects;
    const subject = subjects.length === 1 ? first : `${subjects.length} files`;
    const named = subjects.slice(0, 3).join(', ');
    const detail = `coverage unknown: nobody says which PyPI projects they are, so no advisory could be found (${named}${subjects.length > 3 ? ' and others' : ''})`;
    return { code, subject, detail };
  });
  return [...others, ...lines];
}

/** 14 days in milliseconds: who has to look at a waiver again needs some. */
const soonMs = daysInMs(14);

/** Waivers that have ended, and that are about to. */
export function waiverWarnings({ policy: { waivers } }: Pick<Allowlist, 'policy'>, now: number): Problem[] {
  return waivers.flatMap((waiver) => {
    const { check, sha256, expires } = waiver;
    const subject = `${check} ${sha256}`;
    if (!isInForce(waiver, now)) {
      const hint = 'look at it again and write a later day, or remove the line';
      return [{ code: 'waiver.expired', subject, detail: `ended on ${expires}: what it let in is held again`, hint }];
    }
    return isInForce(waiver, now + soonMs) ? [] : [expiring(waiver, subject)];
  });
}

const expiring = ({ expires }: Waiver, subject: string): Problem => ({
  code: 'waiver.expires',
  subject,
  detail: `ends on ${expires}: what it lets in is held again then`,
  hint: 'look at it again before, and write a later day',
});

/** One of many files that wait for want of advisories stands for all. */
export function unadvised(waiting: readonly Waiting[]): Problem[] {
  const files = waiting.filter(({ code }) => code === 'C3.unreachable');
  const [first] = files;
  if (first === undefined) return [];
  const detail = `${files.length} new files wait; ${first.detail}`;
  const hint = 'what is here stays; name another export in "policy": { "advisories": URL }, or "none" to do without';
  return [{ code: 'gate.advisories', subject: 'advisories', detail, hint }];
}
