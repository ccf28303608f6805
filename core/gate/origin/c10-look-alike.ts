import type { Firing } from '../../documents/gate/verdict.ts';
import { rememberTexts } from '../../names/remember-texts.ts';
import type { DataCheck } from '../check.ts';
import { bestKnownNames } from './best-known-names.ts';
import { isFromOutside } from './from-outside.ts';
import { alikeness } from './names-alike.ts';

/** C10: a name that a slip of the hand, or of the eye, makes of one that is allowed or well known. */
export const c10LookAlike: DataCheck = {
  id: 'C10',
  version: 1,
  judge: (candidate, { knownNames }) => (isFromOutside(candidate) ? lookedUp(candidate.name, knownNames) : []),
};

/** By whatever names are allowed: a name has many files, and to compare it with all known ones takes 0.1 ms. */
const looked = new WeakMap<readonly string[], (name: string) => readonly Firing[]>();

function lookedUp(name: string, knownNames: readonly string[]): readonly Firing[] {
  const look = looked.get(knownNames) ?? rememberTexts((one) => lookAlikes(one, knownNames));
  looked.set(knownNames, look);
  return look(name);
}

function lookAlikes(name: string, knownNames: readonly string[]): readonly Firing[] {
  if (bestKnownNames.has(name.toLowerCase())) return [];
  for (const known of [...bestKnownNames, ...knownNames]) {
    const how = alikeness(name, known);
    if (how === null) continue;
    return [{ code: 'C10.look-alike', verdict: 'warn', detail: `${name} looks like ${known}: ${how}` }];
  }
  return [];
}
