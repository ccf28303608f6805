import { findingCheck } from '../contents/finding-check.ts';

/** A member's name is the path that it is installed at, in its one normal form, and none that the installer writes itself. */
export const a9Names = findingCheck('A9', {
  'archive.dot-prefix': { code: 'A9.normal', verdict: 'reject' },
  'archive.root': { code: 'A9.normal', verdict: 'reject' },
});
