import { findingCheck } from '../contents/finding-check.ts';

/**
 * A tar holds files, folders and symlinks, and no header contradicts another. The reader refuses all else. Text behind a
 * name's NUL, which rattler's writer leaves, is read by nobody.
 */
export const a8Tar = findingCheck('A8', {});
