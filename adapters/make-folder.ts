import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from './system-error.ts';

/**
 * Makes a folder and those on the way to it; what is there already is left as it is. One after the other, and not by
 * Node's `recursive`, which says ENOENT of a read-only disk and hides why it failed
 * (https://github.com/nodejs/node/issues/47098).
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process was quicker.
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}
