import type { DataCheck } from '../check.ts';
import { isFromOutside } from './from-outside.ts';

/**
 * C5: what its author took back (PEP 592). An entry that pins it needs a waiver, which is somebody's word that they know why. What
 * is served stays, for environments have it: their owners are told.
 */
export const c5Yanked: DataCheck = {
  id: 'C5',
  version: 1,
  judge: (candidate) => {
    const { yanked, source, isServed } = candidate;
    if (yanked === false || !isFromOutside(candidate)) return [];
    const why = yanked === true ? 'gives no reason' : `says "${yanked}"`;
    return [{ code: 'C5.yanked', verdict: isServed ? 'warn' : 'hold', detail: `yanked; ${source} ${why}` }];
  },
};
