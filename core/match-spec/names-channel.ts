/**
 * True when a MatchSpec's text names a channel or is a URL, wherever it does: two colons, `://`, or `channel=` in
 * brackets. One such `depends` panics rattler (0.3.5: it asks for the current directory) and ends the process. Cheap,
 * and parses nothing, so it holds for texts that are no MatchSpec too.
 */
export function namesChannel(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon !== -1 && (text.includes(':', colon + 1) || text.startsWith('//', colon + 1))) return true;
  return /[[,]\s*channel\s*=/.test(text);
}
