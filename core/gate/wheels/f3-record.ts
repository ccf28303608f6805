import { contentsCheck } from '../contents/contents-check.ts';

/**
 * `RECORD` lists the files that are there, all of them and no others, with a sha256 or a stronger hash: the reader refuses
 * all else. pip does not look when it installs.
 */
export const f3Record = contentsCheck({ id: 'F3', version: 1, find: () => [] });
