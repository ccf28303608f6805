import { matchSpecMatches } from '../names/match-spec/match-record.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { parseSpecifier, type Specifier } from '../names/pep440/specifier.ts';
import { admitsPython, holdsForAnyPatch } from '../names/requirement/any-patch.ts';
import { termText } from '../names/version/version-term.ts';
import type { Reason, ReleaseFile } from './release-files.ts';

export interface PythonBounds {
  /** What the release itself asks of Python. */
  readonly specifier: Specifier;
  /** Of those known, the minor versions that it and its entry admit, at least one. */
  readonly pythons: readonly string[];
}

/**
 * Works out for which pythons a release is: by `Requires-Python`, its tags, and the `python` of its entry's own `depends`.
 * A `Requires-Python` that is no specifier (`>= '2.7'`, shellingham 1.0.0.dev0) is a reason, unless the entry says it.
 */
export function pythonBounds(
  release: ReleaseFile,
  requiresPython: string | null,
  { stated, known }: { readonly stated: readonly MatchSpec[]; readonly known: readonly string[] },
): PythonBounds | Reason {
  const own = stated.filter(({ name }) => name === 'python');
  const said = requiresPython ?? '';
  const readable = parseSpecifier(said) !== null;
  const hint = 'say it in the entry: "depends": ["python >=3.8"]';
  if (!readable && own.length === 0)
    return { code: 'pypi.python', detail: `its Requires-Python "${said}" is none`, hint };
  const clauses = [...(readable ? [said] : []), tagClause(release)].filter((clause) => clause.trim() !== '');
  const specifier = parseSpecifier(clauses.join(','));
  if (specifier === null) return { code: 'pypi.python', detail: `its Requires-Python "${said}" is too long`, hint };
  const pythons = known.filter((minor) => admits(minor, specifier, own));
  if (pythons.length > 0) return { specifier, pythons };
  const bounds = [specifier.text, ...own.map(versionText)].filter((text) => text !== '');
  const there =
    known.length === 0 ? 'neither the allowlist nor a channel has a Python 3' : `there are ${known.join(', ')}`;
  return { code: 'pypi.python', detail: `it is for no python there is (${bounds.join(', ') || 'any'}); ${there}` };
}

const versionText = ({ version }: MatchSpec): string => (version === null ? '' : termText(version.term));

/** `py36` is for 3.6 and all later ones, `cp312` for 3.12 alone. What is made of an sdist is for what its author says. */
function tagClause(release: ReleaseFile): string {
  if (release.from === 'sdist' || release.name.pythons.includes('py2')) return '';
  if (release.name.pythons.includes('py3')) return '>=3';
  const minors = (prefix: string) =>
    release.name.pythons.flatMap((tag) => (tag.startsWith(prefix) ? [Number(tag.slice(prefix.length))] : []));
  const [from, only] = [minors('py3'), minors('cp3')];
  return from.length > 0 ? `>=3.${Math.min(...from)}` : `==3.${Math.max(...only)}.*`;
}

/** A minor version is out when no patch of it will do. */
function admits(minor: string, specifier: Specifier, own: readonly MatchSpec[]): boolean {
  const inSpec = (spec: MatchSpec) => (version: string) =>
    matchSpecMatches(
      { ...spec, build: null, buildNumber: null },
      { name: 'python', version, build: '', build_number: 0 },
    );
  return (
    admitsPython(specifier, minor) && own.every((spec) => holdsForAnyPatch(minor, versionText(spec), inSpec(spec)))
  );
}
