import { thisStore } from '../../documents/published/this-store.ts';
import type { GateCandidate } from '../check.ts';

/** Whether a file came from a channel or an index, and is not what the organisation published or copied in. */
export const isFromOutside = ({ origin, source }: Pick<GateCandidate, 'origin' | 'source'>): boolean =>
  source !== null && !source.startsWith(thisStore) && origin !== 'published' && origin !== 'copied';
