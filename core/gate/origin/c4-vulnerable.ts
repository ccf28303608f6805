import type { Firing } from '../../documents/gate/verdict.ts';
import type { DataCheck } from '../check.ts';
import { type AdvisoryHit, advisoryHits, shownHits } from './advisory-hits.ts';

/** C4: known vulnerabilities. Old releases have many, so that by default it only warns. */
export const c4Vulnerable: DataCheck = {
  id: 'C4',
  version: 1,
  usesAdvice: true,
  judge: (candidate, world) => {
    const hits = advisoryHits(candidate, world).filter(
      ({ advisory }) => !advisory.malicious && advisory.unreadable === null,
    );
    const severe = hits.filter(isSevere);
    const others = hits.filter((hit) => !isSevere(hit));
    return [...told('C4.severe', 'hold', severe), ...told('C4.known', 'warn', others)];
  },
};

/** "High" begins there (CVSS 3.1, 5). */
const leastSevereScore = 7;

/** One that does not say of which releases it is holds nothing. */
const isSevere = ({ advisory: { score }, affected }: AdvisoryHit): boolean =>
  affected !== 'unclear' && score !== null && score >= leastSevereScore;

function told(code: string, verdict: 'hold' | 'warn', hits: readonly AdvisoryHit[]): Firing[] {
  if (hits.length === 0) return [];
  const scores = hits.flatMap(({ advisory: { score } }) => score ?? []);
  const worst = scores.length === 0 ? 'no CVSS score' : `CVSS ${Math.max(...scores).toFixed(1)} at worst`;
  return [{ code, verdict, detail: `${worst}: ${shownHits(hits)}` }];
}
