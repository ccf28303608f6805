import { scanVersionSpec } from './scan-version-spec.ts';
import type { VersionTerm } from './version-term.ts';

/** A condition on versions, with the text it was parsed from. */
export interface VersionSpec {
  readonly text: string;
  readonly term: VersionTerm;
}

/**
 * Parses CEP 29's version expressions: `1.2` and `==1.2` are exact, `=1.2`, `1.2.*` and `1.2*` take all below 1.2,
 * `!= < <= > >= ~=` compare; `,` is and, `|` is or and binds less, parentheses group. Null when it is none.
 */
export function parseVersionSpec(text: string): VersionSpec | null {
  const scanned = scanVersionSpec(text, 0);
  if (!scanned.ok || text.slice(scanned.end).trim() !== '') return null;
  return { text, term: scanned.term };
}
