import { termText } from '../version/version-term.ts';
import type { MatchSpec } from './parse-match-spec.ts';

/**
 * Spells a spec as rattler's solver takes it: name, version, build, build number and hashes. Channel,
 * subdir, URL, file name, license and track_features are not in it (a channel panics rattler, a URL or track_features
 * is refused, a file name ignored): hold the candidates against `matchSpecMatches` for those.
 *
 * A space stands before the bracket, or rattler's gateway takes the bracket for a part of the name in a `depends`.
 */
export function solverSpec(spec: MatchSpec): string {
  return specText(spec, { sorted: false, keyed: {} });
}

/** Gives all spellings of one spec one text, so that equal texts are duplicates. After CEP 29, appendix A. */
export function canonicalMatchSpec(spec: MatchSpec): string {
  const { channel, subdir, url, fileName, license, trackFeatures } = spec;
  const place = channel === null && subdir === null ? '' : `${channel ?? '*'}${subdir === null ? '' : `/${subdir}`}::`;
  const features = trackFeatures?.split(' ').sort().join(' ') ?? null;
  return place + specText(spec, { sorted: true, keyed: { url, fn: fileName, license, track_features: features } });
}

function specText(
  spec: MatchSpec,
  { sorted, keyed }: { sorted: boolean; keyed: Readonly<Record<string, string | null>> },
): string {
  const { name, version, build, buildNumber, md5, sha256 } = spec;
  const inBrackets = build?.includes('[') ?? false;
  const words: string[] = [name];
  const positional = inBrackets ? null : build;
  if (version !== null || positional !== null) words.push(version === null ? '*' : termText(version.term, sorted));
  if (positional !== null) words.push(positional);
  const pairs = { build: inBrackets ? build : null, build_number: buildNumber, md5, sha256, ...keyed };
  const texts = Object.entries(pairs).flatMap(([key, value]) => (value === null ? [] : [`${key}=${quoted(value)}`]));
  return [...words, ...(texts.length === 0 ? [] : [`[${texts.join(',')}]`])].join(' ');
}

/** A value holds one kind of quotes at most, for it was written in the other. */
const quoted = (value: string): string => (value.includes('"') ? `'${value}'` : `"${value}"`);

/**
 * Tells whether a MatchSpec's text names a channel or is a URL, wherever it does: two colons, `://`, or `channel=` in
 * brackets. One such `depends` panics rattler (0.3.5: it asks for the current directory) and ends the process. Cheap,
 * and parses nothing, so it holds for texts that are no MatchSpec too.
 */
export function namesChannel(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon !== -1 && (text.includes(':', colon + 1) || text.startsWith('//', colon + 1))) return true;
  return /[[,]\s*channel\s*=/.test(text);
}
