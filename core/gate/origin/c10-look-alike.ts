import type { DataCheck } from '../check.ts';
import { bestKnownNames } from './best-known-names.ts';
import { isFromOutside } from './from-outside.ts';
import { alikeness } from './names-alike.ts';

/** C10: a name that a slip of the hand, or of the eye, makes of one that is allowed or well known. */
export const c10LookAlike: DataCheck = {
  id: 'C10',
  version: 1,
  judge: (candidate, { knownNames }) => {
    const { name } = candidate;
    if (!isFromOutside(candidate) || bestKnownNames.has(name.toLowerCase())) return [];
    for (const known of [...bestKnownNames, ...knownNames]) {
      const how = alikeness(name, known);
      if (how === null) continue;
      return [{ code: 'C10.look-alike', verdict: 'warn', detail: `${name} looks like ${known}: ${how}` }];
    }
    return [];
  },
};
