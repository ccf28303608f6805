import { findingCheck } from '../contents/finding-check.ts';

/**
 * A package's own JSON says one thing to every reader: UTF-8, no key twice, at most 64 levels, no number beyond 2^53. In a
 * channel's index the like costs the one record (`core/upstream/`).
 */
export const b7Json = findingCheck('B7', {
  'B7.duplicate': { code: 'B7.duplicate', verdict: 'reject' },
  'B7.depth': { code: 'B7.depth', verdict: 'reject' },
  'B7.number': { code: 'B7.number', verdict: 'reject' },
});
