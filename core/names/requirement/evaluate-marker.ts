import { isPrerelease, parsePep440Version } from '../pep440/pep440-version.ts';
import { parseSpecifier } from '../pep440/specifier.ts';
import { specifierMatches } from '../pep440/specifier-matches.ts';
import { type ExtraName, parseExtraName } from '../project-name.ts';
import type { Marker, MarkerComparison, MarkerNode, MarkerVariable } from './marker.ts';
import { type MarkerEnvironment, outerPatches } from './marker-environment.ts';

/** Null: it depends on what is not known. */
type Decision = boolean | null;

/**
 * Tells whether a requirement with this marker counts when these extras are asked for, as pip does: it looks once
 * without an extra, and once for each. Null when what is not known of the environment decides it, or the comparison
 * means nothing (`os_name ~= "posix"`).
 */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment, extras: Iterable<ExtraName>): Decision {
  return anyOf([...new Set(['', ...extras])].map((extra) => decide(marker.node, environment, extra)));
}

function decide(node: MarkerNode, environment: MarkerEnvironment, extra: string): Decision {
  if (node.op === 'compare') return decideComparison(node, environment, extra);
  const decisions = node.parts.map((part) => decide(part, environment, extra));
  if (node.op === 'or') return anyOf(decisions);
  return decisions.includes(false) ? false : decisions.includes(null) ? null : true;
}

const anyOf = (decisions: readonly Decision[]): Decision =>
  decisions.includes(true) ? true : decisions.includes(null) ? null : false;

/** Decided when every value that the variable may have gives one outcome. */
function decideComparison(comparison: MarkerComparison, environment: MarkerEnvironment, extra: string): Decision {
  const { variable, reversed } = comparison;
  const value = variable === 'extra' ? (parseExtraName(comparison.value) ?? comparison.value) : comparison.value;
  const found = variable === 'extra' ? [extra] : possibleValues(variable, environment, comparison);
  const [first = null, ...others] = new Set(
    found.map((own) => compare(comparison, ...(reversed ? ([value, own] as const) : ([own, value] as const)))),
  );
  return others.length === 0 ? first : null;
}

type EnvironmentVariable = keyof MarkerEnvironment;

const fullVersions: ReadonlySet<MarkerVariable> = new Set(['python_full_version', 'implementation_version']);

/**
 * All that may be there and make a difference. Of a Python whose patch is not known: the first patch, the last, and the
 * one that the marker names. `in` looks at texts, of which the others are as good.
 */
function possibleValues(
  variable: EnvironmentVariable,
  environment: MarkerEnvironment,
  comparison: MarkerComparison,
): string[] {
  const [own, minor] = [environment[variable], environment.python_version];
  if (own !== null) return [own];
  const named = parsePep440Version(comparison.value.replace(/\.\*$/, ''));
  const textual = named === null || comparison.operator === 'in' || comparison.operator === 'not in';
  if (!fullVersions.has(variable) || minor === null || textual) return [];
  const isPatch = named.text.startsWith(`${minor}.`) && !isPrerelease(named);
  return [...outerPatches(minor), ...(isPatch ? [named.text] : [])];
}

const versionVariables: ReadonlySet<MarkerVariable> = new Set(['python_version', ...fullVersions]);

/** Compares as versions where the variable is one and the right side makes a clause, else as texts. */
function compare({ variable, operator }: MarkerComparison, left: string, right: string): Decision {
  const specifier = versionVariables.has(variable) && !right.includes(',') ? parseSpecifier(operator + right) : null;
  const [clause] = specifier?.clauses ?? [];
  if (specifier === null || clause === undefined) return textOperators[operator]?.(left, right) ?? null;
  if (clause.op === '===') return left.toLowerCase() === clause.literal;
  const version = parsePep440Version(left);
  return version !== null && specifierMatches(specifier, version, { prereleases: true });
}

/** `<` and `>` hold for no texts, as in `packaging`, and in PEP 508's own words are to be avoided. */
const textOperators: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  in: (left, right) => right.includes(left),
  'not in': (left, right) => !right.includes(left),
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<=': (left, right) => left === right,
  '>=': (left, right) => left === right,
  '<': () => false,
  '>': () => false,
};
