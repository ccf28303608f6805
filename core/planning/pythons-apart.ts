import type { EntryOutcome, Plan } from '../plan.ts';

/** Pairs of entries that each solve on a platform, but share no python of those the allowlist lists. */
export function pythonsApart(outcomes: readonly EntryOutcome[]): Plan['apart'] {
  const apart: Plan['apart'] = [];
  for (const [platform, here] of Map.groupBy(outcomes, (outcome) => outcome.platform)) {
    const entries = [...Map.groupBy(here, ({ entry }) => entry)].map(([entry, own]) => ({
      entry,
      pythons: pythonsOf(own),
    }));
    const choosy = entries.filter(({ pythons }) => pythons.size > 0);
    for (const [i, one] of choosy.entries()) {
      const others = choosy.slice(i + 1).filter((other) => one.pythons.isDisjointFrom(other.pythons));
      apart.push(
        ...others.map((other) => ({ platform, entries: [one.entry, other.entry] satisfies [string, string] })),
      );
    }
  }
  return apart;
}

function pythonsOf(outcomes: readonly EntryOutcome[]): Set<string> {
  return new Set(outcomes.flatMap(({ status, python }) => (status === 'solved' && python !== null ? [python] : [])));
}
