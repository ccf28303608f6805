import { findingCheck } from '../contents/finding-check.ts';

/**
 * A `.conda` holds `metadata.json` and the two tarballs named for it, stored (CEP 35). No client reads `metadata.json`: an
 * empty one, which an old writer left, is warned of.
 */
export const a5Conda = findingCheck('A5', {
  'conda.deflated': { code: 'A5.deflated', verdict: 'reject' },
  'conda.metadata': { code: 'A5.metadata', verdict: 'warn' },
});
