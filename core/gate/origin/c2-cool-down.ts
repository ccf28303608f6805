import { daysInMs } from '../../documents/gate/policy.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { timestampMs } from '../../record/timestamp-ms.ts';
import type { DataCheck, GateCandidate } from '../check.ts';
import { coolsDown } from '../cool-down.ts';

/**
 * C2: what is new upstream waits. Eight of ten attacks on public indexes were found within a week. There is no way round it for a
 * fix but a waiver: whoever attacks calls a release a fix too.
 */
export const c2CoolDown: DataCheck = {
  id: 'C2',
  version: 1,
  judge: (candidate, { policy, now }) => (coolsDown(candidate, policy) ? young(candidate, policy.coolDown, now) : []),
};

function young(candidate: GateCandidate, coolDown: number, now: number): Firing[] {
  const { at, by } = bornAt(candidate, now);
  const until = at + coolDown;
  if (until <= now) return [];
  const days = Math.round(coolDown / daysInMs(1));
  const detail = `public since ${shownTime(at)} (${by}), which is less than ${days} ${days === 1 ? 'day' : 'days'}`;
  return [{ code: 'C2.young', verdict: 'hold', detail, until }];
}

interface Born {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
}

/** By a server's word; a builder's only where it makes the file younger. What nobody vouches for is new. */
function bornAt({ published, record, origin }: GateCandidate, now: number): Born {
  const said: Born = published ?? { at: now, by: 'no server says since when' };
  const built = timestampMs(origin === 'upstream' ? (record?.timestamp ?? 0) : 0);
  const isYounger = built > said.at && built <= now;
  return isYounger ? { at: built, by: 'as its builder says' } : said;
}

const shownTime = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;
