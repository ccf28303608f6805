import type { Firing, ProjectRelease } from '../../documents/gate/verdict.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { DataCheck, GateCandidate } from '../check.ts';
import { isFromOutside } from './from-outside.ts';

/** C1: what came from a channel or an index has none of the organisation's own names (docs/decisions.md 18). */
export const c1Namespace: DataCheck = {
  id: 'C1',
  version: 1,
  judge: (candidate, { reserved }) => (isFromOutside(candidate) ? firingsOf(candidate, reserved) : []),
};

/** What a package installs under another name counts as much as its own. The published mapping is no word for that. */
const isOwnWord = ({ by }: ProjectRelease): boolean => by !== 'mapping';

function firingsOf({ name, source, projects }: GateCandidate, reserved: readonly string[]): Firing[] {
  if (isReserved(name, reserved)) {
    return [{ code: 'C1.reserved', verdict: 'reject', detail: `${name} is reserved, and this came from ${source}` }];
  }
  const carried = projects.find((one) => isOwnWord(one) && isReserved(one.project, reserved));
  if (carried === undefined) return [];
  const detail = `it installs ${carried.project}, which is reserved, and came from ${source}`;
  return [{ code: 'C1.carries', verdict: 'reject', detail }];
}
