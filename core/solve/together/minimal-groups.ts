/** Whether some of a set go together; null when nobody can say. Of what goes together every part does. */
export type GoTogether<T> = (some: readonly T[]) => Promise<boolean | null>;

export interface MinimalGroups<T> {
  /** Each does not go together, and does with any one of it left out; in the set's order. */
  readonly groups: readonly (readonly T[])[];
  /** The search was given up, so there may be more. */
  readonly more: boolean;
}

interface GroupLimits<T> {
  readonly maxGroups: number;
  /** What did not go together elsewhere, and is likely not to here: asked about first, for that costs least. */
  readonly likely?: readonly (readonly T[])[];
}

/**
 * Finds what keeps a set from going together, each of which holds alone: all pairs, and of larger groups at least one for
 * each member that does not go with those before it. One question where all is well; for each group some k log n for k
 * members.
 */
export async function minimalGroups<T>(
  all: readonly T[],
  goTogether: GoTogether<T>,
  { maxGroups, likely = [] }: GroupLimits<T>,
): Promise<MinimalGroups<T>> {
  const search = openSearch(all, goTogether, maxGroups);
  for (const group of likely) if (await isMinimal(group, search.ask)) search.found(group);
  let left = all;
  while (left.length > 1 && !search.isOver()) {
    const { kept, out } = await grow(left, search);
    await searchAround(out, kept, search);
    left = out;
  }
  return { groups: search.groups, more: search.isOver() };
}

/** Finds the groups of each of `out` with some of what goes together: one of each before the second of any. */
async function searchAround<T>(out: readonly T[], kept: readonly T[], search: Search<T>): Promise<void> {
  const tasks = out.map((one) => ({ one, others: kept }));
  for (const { one, others } of tasks) {
    if (await search.ask([...others, one])) continue;
    const group = search.foundIn([...others, one]) ?? [one, ...(await minimalPart([one], others, search.ask))];
    search.found(group);
    const leaving = group.findLast((member) => member !== one);
    if (leaving !== undefined) tasks.push({ one, others: others.filter((other) => other !== leaving) });
  }
}

type Ask<T> = (some: readonly T[]) => Promise<boolean>;

interface Search<T> {
  readonly groups: readonly (readonly T[])[];
  /** Asks only what does not follow from answers of before; "yes" to all once the search is over. */
  readonly ask: Ask<T>;
  found(group: readonly T[]): void;
  /** A group that was found and is a part of these. */
  foundIn(some: readonly T[]): readonly T[] | undefined;
  isOver(): boolean;
}

function openSearch<T>(all: readonly T[], goTogether: GoTogether<T>, maxGroups: number): Search<T> {
  const place = new Map(all.map((one, at) => [one, at]));
  const groups: (readonly T[])[] = [];
  const sound: (readonly T[])[] = [];
  let isOver = false;
  const foundIn = (some: readonly T[]) => groups.find((group) => isPart(group, some));
  return {
    groups,
    foundIn,
    isOver: () => isOver,
    async ask(some) {
      if (isOver || some.length < 2 || sound.some((other) => isPart(some, other))) return true;
      if (foundIn(some) !== undefined) return false;
      const answer = await goTogether(some);
      if (answer === null) isOver = true;
      else if (answer) sound.push(some);
      return answer ?? true;
    },
    // What was found after the search was over rests on answers that nobody gave.
    found(group) {
      if (isOver || foundIn(group) !== undefined) return;
      groups.push(group.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
      isOver = groups.length >= maxGroups;
    },
  };
}

const isPart = <T>(some: readonly T[], of: readonly T[]): boolean => some.every((one) => of.includes(one));

async function isMinimal<T>(group: readonly T[], ask: Ask<T>): Promise<boolean> {
  if (await ask(group)) return false;
  for (const one of group) if (!(await ask(group.filter((other) => other !== one)))) return false;
  return true;
}

/**
 * As many as go together, taken in order: `log n` questions for each that does not go with those before it. Of each group that
 * is known the last comes at the end, where it costs none.
 */
async function grow<T>(
  all: readonly T[],
  { ask, groups }: Search<T>,
): Promise<{ readonly kept: T[]; readonly out: T[] }> {
  const kept: T[] = [];
  const out: T[] = [];
  const take = async (some: readonly T[]): Promise<void> => {
    if (await ask([...kept, ...some])) kept.push(...some);
    else if (some.length === 1) out.push(...some);
    else {
      const middle = Math.ceil(some.length / 2);
      await take(some.slice(0, middle));
      await take(some.slice(middle));
    }
  };
  const late = new Set(groups.flatMap((group) => (isPart(group, all) ? group.slice(-1) : [])));
  await take(all.filter((one) => !late.has(one)));
  for (const one of late) await take([one]);
  return { kept, out };
}

/**
 * The members of a list without which it would go with `base`, which it does not: Junker, "QuickXplain" (AAAI 2004).
 *
 * @param isTried whether `base` is known to go together
 */
async function minimalPart<T>(base: readonly T[], list: readonly T[], ask: Ask<T>, isTried = true): Promise<T[]> {
  if (!isTried && !(await ask(base))) return [];
  if (list.length < 2) return [...list];
  const middle = Math.ceil(list.length / 2);
  const [first, second] = [list.slice(0, middle), list.slice(middle)];
  const ofSecond = await minimalPart([...base, ...first], second, ask, false);
  const ofFirst = await minimalPart([...base, ...ofSecond], first, ask, ofSecond.length === 0);
  return [...ofFirst, ...ofSecond];
}
