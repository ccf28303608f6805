import type { ExtraName } from '../project-name.ts';
import { rememberTexts } from '../remember-texts.ts';
import { evaluateMarker } from './evaluate-marker.ts';
import type { MarkerEnvironment } from './marker-environment.ts';
import { parseMarker } from './parse-marker.ts';
import { parseRequirement, type Requirement } from './parse-requirement.ts';

/** The same lines are looked at for each platform and python, and with each extra more. */
const requirementIn = rememberTexts(parseRequirement);

/**
 * A line of `Requires-Dist` as it counts in an environment when these extras are asked for: the requirement, null when it
 * does not count, or why that cannot be told, as a sentence fragment that follows "its". One that is none, say by a URL,
 * may be for an extra that nobody asks for, and then nothing comes of it.
 */
export function requirementHere(
  text: string,
  environment: MarkerEnvironment,
  extras: Iterable<ExtraName>,
): Requirement | string | null {
  const read = requirementIn(text);
  const marker = read.ok ? read.requirement.marker : markerOf(text.slice(text.lastIndexOf(';') + 1));
  const counts = marker === null || evaluateMarker(marker, environment, extras);
  if (counts === false) return null;
  if (!read.ok) return `requirement "${text}" ${read.message}`;
  return counts === null ? `requirement "${text}" has a marker that nobody can decide beforehand` : read.requirement;
}

function markerOf(text: string) {
  const parsed = parseMarker(text);
  return parsed.ok ? parsed.marker : null;
}
