import { findingCheck } from '../contents/finding-check.ts';

/** A `.tar.bz2` is one bzip2 stream and nothing else: of several Python reads all, rattler the first. */
export const a7Bzip2 = findingCheck('A7', {
  'bzip2.multistream': { code: 'A7.streams', verdict: 'reject' },
  'bzip2.padding': { code: 'A7.trailing', verdict: 'reject' },
});
