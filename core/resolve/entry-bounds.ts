import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { PypiEntry } from '../documents/allowlist/read-entries.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import { pythonSpecifier } from '../names/pep440/python-specifier.ts';
import { parseSpecifier, type Specifier } from '../names/pep440/specifier.ts';
import { specifierMatches } from '../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../names/project-name.ts';

/** What an entry says of python, of some versions of its project. */
export interface Bound {
  /** The versions that an entry is for. */
  readonly versions: Specifier | null;
  /** Null where a specifier has no words for it. */
  readonly python: string | null;
}

/** What the entries for a project say of python. */
export function boundsOn(project: ProjectName, entries: Allowlist['entries']): Bound[] {
  const own = entries.filter((entry): entry is PypiEntry => entry.kind === 'pypi' && entry.name === project);
  return own.map(({ specifier, depends }) => ({ versions: parseSpecifier(specifier), python: pythonBound(depends) }));
}

/** What an entry's own `depends` say of python, as a specifier; empty for nothing, null where it has no words for it. */
export function pythonBound(depends: readonly MatchSpec[]): string | null {
  const terms = depends.flatMap(({ name, version }) => (name === 'python' && version !== null ? [version.term] : []));
  const parts = terms.map((term) => pythonSpecifier(term)?.text ?? null);
  return parts.every((part) => part !== null) ? parts.filter((part) => part !== '').join(',') : null;
}

/**
 * What they say together of python for one version, as a specifier; empty for nothing. Null: one bounds it in a way that a
 * page has no words for, so that it must not be listed.
 */
export function boundOf(version: Pep440Version, bounds: readonly Bound[]): string | null {
  const own = bounds.filter(({ versions }) => versions && specifierMatches(versions, version, { prereleases: true }));
  const parts = own.map(({ python }) => python);
  return parts.every((part) => part !== null) ? [...new Set(parts)].filter((part) => part !== '').join(',') : null;
}

/** What two say of python, together; a `Requires-Python` that is no specifier says nothing to pip. */
export function both(own: string | null, bound: string): string | null {
  if (bound === '') return own;
  const said = own !== null && parseSpecifier(own) !== null ? own.trim() : '';
  return said === '' ? bound : `${said},${bound}`;
}
