import type { Subdir } from '../names/subdir.ts';
import type { TargetDepends } from './dependency-sets.ts';

/** A set of dependencies, and for which of the targets it is. */
export interface DependsPart {
  /** Without python and virtual packages. */
  readonly depends: readonly string[];
  /** From this minor version of python on, `3.9`; null where there is no lower one. */
  readonly from: string | null;
  /** Before this one; null where there is no higher one. */
  readonly before: string | null;
  /** `__win`, `__unix`, `__linux`, `__osx`; null for every platform. */
  readonly system: string | null;
}

/**
 * Cuts what a release needs into as few parts as plain records of a noarch package can say: by the kind of system and by
 * stretches of Python versions. Each target lies in exactly one.
 *
 * @param targets each platform with each python, the pythons rising
 * @param platforms those of the allowlist, which may be more
 * @returns null when two platforms of one system differ, for which a record has no words
 */
export function splitDepends(targets: readonly TargetDepends[], platforms: readonly Subdir[]): DependsPart[] | null {
  const columns = columnsOf(targets);
  if (columns === null) return null;
  const pythons = [...new Set(targets.map(({ python }) => python))];
  const found = [...columns].flatMap(([system, column]) =>
    stretches(column).map(({ start, end, depends }) => ({
      system,
      part: { depends, from: start === 0 ? null : (pythons[start] ?? null), before: pythons[end] ?? null },
    })),
  );
  const all = [...new Set(platforms.map(systemOf))];
  return [...Map.groupBy(found, ({ part }) => JSON.stringify(part)).values()].flatMap((alike) => {
    const words = wordsFor(
      alike.map(({ system }) => system),
      all,
    );
    return words.flatMap((system) => alike.slice(0, 1).map(({ part }) => ({ ...part, system })));
  });
}

/** What each system needs, python by python. */
function columnsOf(targets: readonly TargetDepends[]): ReadonlyMap<string, Column> | null {
  const columns = new Map<string, Column>();
  for (const [platform, own] of Map.groupBy(targets, (target) => target.platform)) {
    const column = own.map(({ depends }) => depends);
    const known = columns.get(systemOf(platform)) ?? column;
    if (!isSame(known, column)) return null;
    columns.set(systemOf(platform), column);
  }
  return columns;
}

const systemOf = (platform: Subdir): string => platform.slice(0, platform.indexOf('-'));

/** What each python needs. */
type Column = readonly (readonly string[])[];

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

interface Stretch {
  readonly start: number;
  /** Past its last. */
  readonly end: number;
  readonly depends: readonly string[];
}

/** Neighbours that need the same. */
function stretches(column: Column): Stretch[] {
  const found: Stretch[] = [];
  for (const [place, depends] of column.entries()) {
    const last = found.at(-1);
    if (last && isSame(last.depends, depends)) found[found.length - 1] = { ...last, end: place + 1 };
    else found.push({ start: place, end: place + 1, depends });
  }
  return found;
}

/** The virtual packages that tell these systems from the others of the allowlist; a record each where one does not. */
function wordsFor(own: readonly string[], all: readonly string[]): (string | null)[] {
  if (own.length === all.length) return [null];
  const unix = all.filter((system) => system !== 'win');
  if (!own.includes('win') && own.length === unix.length) return ['__unix'];
  return own.map((system) => `__${system}`);
}
