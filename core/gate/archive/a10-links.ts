import { findingCheck } from '../contents/finding-check.ts';

/**
 * No member lies below a link, where clients differ in what they write to. A link that leads out of the package is held: it
 * reads what it was not given, but rattler had to allow it for packages of conda-forge
 * (https://github.com/conda/rattler/pull/2245).
 */
export const a10Links = findingCheck('A10', {
  'A10.escape': { code: 'A10.escape', verdict: 'hold' },
  'A10.under-symlink': { code: 'A10.under-symlink', verdict: 'reject' },
  'A10.over-folder': { code: 'A10.over-folder', verdict: 'reject' },
  'A10.target': { code: 'A10.target', verdict: 'warn' },
});
