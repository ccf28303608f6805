import { findingCheck } from '../contents/finding-check.ts';

/** What reading a file may cost is bounded while it is read (`core/archive/limits.ts`). */
export const a13Limits = findingCheck('A13', {});
