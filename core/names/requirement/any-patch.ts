import { parsePep440Version } from '../pep440/pep440-version.ts';
import type { Specifier } from '../pep440/specifier.ts';
import { specifierMatches } from '../pep440/specifier-matches.ts';
import { outerPatches } from './marker-environment.ts';

/**
 * Whether a condition holds for some patch of a minor version of Python: the first, the last, or one that its text names or
 * that is beside one.
 *
 * @param text the condition's own: of `>3.8.2` 3.8.2 and its neighbours are looked at, of `3.8.*` none
 */
export function holdsForAnyPatch(minor: string, text: string, holds: (version: string) => boolean): boolean {
  return [...outerPatches(minor), ...patchesNear(text, minor)].some(holds);
}

/** Whether a `Requires-Python` lets in some patch of a minor version (`3.12`), pre-releases too. */
export const admitsPython = (specifier: Specifier, minor: string): boolean =>
  holdsForAnyPatch(minor, specifier.text, (text) => {
    const version = parsePep440Version(text);
    return version !== null && specifierMatches(specifier, version, { prereleases: true });
  });

function patchesNear(text: string, minor: string): string[] {
  const named = [...text.matchAll(/\d+\.\d+\.(\d{1,4})\w*/g)].filter(([version]) => version.startsWith(`${minor}.`));
  return named.flatMap(([version, patch]) => {
    const number = Number(patch);
    return [version, `${minor}.${Math.max(number - 1, 0)}`, `${minor}.${number + 1}`];
  });
}
