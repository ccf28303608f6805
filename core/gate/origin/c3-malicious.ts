import { daysInMs } from '../../documents/gate/policy.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { DataCheck, GateCandidate, GateCheckWorld } from '../check.ts';
import { type AdvisoryHit, advisoryHits, shownHits } from './advisory-hits.ts';
import { isFromOutside } from './from-outside.ts';

/** C3: what is known, or feared, to have been made to harm. */
export const c3Malicious: DataCheck = {
  id: 'C3',
  version: 1,
  usesAdvice: true,
  judge: (candidate, world) => [...quarantined(candidate), ...advised(candidate, world)],
};

function quarantined({ projectStatus, name, source }: GateCandidate): Firing[] {
  if (projectStatus !== 'quarantined') return [];
  return [
    { code: 'C3.quarantined', verdict: 'reject', detail: `${source ?? 'its index'} has put ${name} in quarantine` },
  ];
}

function advised(candidate: GateCandidate, world: GateCheckWorld): Firing[] {
  const { advice, reserved, now } = world;
  if (isReserved(candidate.name, reserved)) return [];
  switch (advice.status) {
    case 'none':
      return [];
    case 'unreachable':
      // What was there stays.
      if (candidate.isServed) return [];
      return [{ code: 'C3.unreachable', verdict: 'error', detail: `no advisories to go by: ${advice.detail}` }];
    case 'known':
      if (candidate.projects.length === 0) return unknown(candidate);
      return advisoryHits(candidate, world).flatMap((hit) => firingOf(hit, candidate, now));
  }
}

/** Of the organisation's own nobody else has advisories. */
function unknown(candidate: GateCandidate): Firing[] {
  if (!isFromOutside(candidate)) return [];
  const detail = `nobody says which PyPI project ${candidate.name} is: no advisory could be found (coverage: none)`;
  return [{ code: 'C3.unknown', verdict: 'warn', detail }];
}

function firingOf(hit: AdvisoryHit, candidate: GateCandidate, now: number): Firing[] {
  const detail = shownHits([hit]);
  const { advisory, affected, release } = hit;
  if (advisory.malicious) {
    // Which project a package is by the mapping alone may be wrong, and a reject is for good.
    const isSure = affected !== 'unclear' && release.by !== 'mapping';
    return [
      isSure ? { code: 'C3.malicious', verdict: 'reject', detail } : { code: 'C3.suspect', verdict: 'hold', detail },
    ];
  }
  if (advisory.unreadable !== null) return unreadable(candidate, detail);
  return fresh(hit, candidate, now);
}

function unreadable({ isServed }: GateCandidate, detail: string): Firing[] {
  const said = `an advisory that cannot be read: ${detail}`;
  return [{ code: 'C3.unreadable', verdict: isServed ? 'warn' : 'hold', detail: said }];
}

const newsMs = daysInMs(14);
const youthMs = daysInMs(30);

/**
 * A release that drew an advisory within its first 30 days, while that is news: it may tell of malice and nobody have said so
 * yet (litellm's came as `PYSEC-2026-2`). An advisory about all releases up to a fix is of the usual kind, and takes back nothing.
 * What was recalled for one comes back when it is withdrawn.
 */
function fresh(hit: AdvisoryHit, { published, isServed, recalledAt }: GateCandidate, now: number): Firing[] {
  const { advisory, affected } = hit;
  const age = published === null ? null : advisory.published - published.at;
  const isNews = advisory.published <= now && (recalledAt ?? now) - advisory.published < newsMs;
  if (affected === 'unclear' || !isNews || age === null || age < 0 || age >= youthMs) return [];
  const verdict = isServed && !isOfFew(hit) ? 'warn' : 'hold';
  const detail = `an advisory of these days, about a release that was young: ${shownHits([hit])}`;
  return [{ code: 'C3.new', verdict, detail, ...(recalledAt === undefined && { until: advisory.published + newsMs }) }];
}

const maxFew = 10;

/** Whether it is about a few releases, and not about all from the first on. */
function isOfFew({ advisory: { versions, ranges } }: AdvisoryHit): boolean {
  return versions.length <= maxFew && ranges.every(({ introduced }) => introduced !== '0');
}
