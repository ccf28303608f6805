import { findingCheck } from '../contents/finding-check.ts';

/** Of a `.conda` the one tarball holds `info/`, the other all else but licences: which `info/index.json` counts is no question. */
export const a14Tarballs = findingCheck('A14', {});
