import { findingCheck } from '../contents/finding-check.ts';

/** Each tarball of a `.conda` is one zstd frame and nothing else: of several, some clients read the first alone. */
export const a6Zstd = findingCheck('A6', {});
