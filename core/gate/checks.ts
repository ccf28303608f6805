import type { ContentsCheck, DataCheck } from './check.ts';
import { c1Namespace } from './origin/c1-namespace.ts';
import { c2CoolDown } from './origin/c2-cool-down.ts';
import { c3Malicious } from './origin/c3-malicious.ts';
import { c4Vulnerable } from './origin/c4-vulnerable.ts';
import { c5Yanked } from './origin/c5-yanked.ts';
import { c9LateFile } from './origin/c9-late-file.ts';
import { c10LookAlike } from './origin/c10-look-alike.ts';

/** All checks that need no bytes, in the order in which a person reads what they found. */
export const dataChecks: readonly DataCheck[] = [
  c1Namespace,
  c2CoolDown,
  c3Malicious,
  c4Vulnerable,
  c5Yanked,
  c9LateFile,
  c10LookAlike,
];

/** All checks of what is in a file. */
export const contentsChecks: readonly ContentsCheck[] = [];
