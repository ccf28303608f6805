import type { ContentsCheck, DataCheck } from './check.ts';

/** All checks that need no bytes, in the order in which a person reads what they found. */
export const dataChecks: readonly DataCheck[] = [];

/** All checks of what is in a file. */
export const contentsChecks: readonly ContentsCheck[] = [];
