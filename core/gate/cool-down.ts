import { modeOf, type Policy } from '../documents/gate/policy.ts';
import { rememberTexts } from '../names/remember-texts.ts';
import { isLocalHost } from '../upstream/local-host.ts';
import type { GateCandidate } from './check.ts';

/**
 * Whether a file has to wait until it is old enough: what comes of a channel or an index, unless that is on this machine. What
 * is published or copied in is the organisation's own word, and what is served has been old enough.
 */
export function coolsDown(
  { origin, source, isServed }: Pick<GateCandidate, 'origin' | 'source' | 'isServed'>,
  policy: Pick<Policy, 'coolDown' | 'coolDownLocal' | 'modes' | 'licenses'>,
): boolean {
  if (isServed || source === null || origin === 'published' || origin === 'copied') return false;
  if (policy.coolDown === 0 || modeOf('C2', policy) === 'off') return false;
  return policy.coolDownLocal || !isOnThisMachine(source);
}

/** Whether a channel or index is this machine's own: a folder, or a server on it. All of its thousands of files ask it. */
export const isOnThisMachine: (source: string) => boolean = rememberTexts((source) => {
  const url = URL.parse(source);
  return url !== null && isLocalHost(url.hostname);
});
