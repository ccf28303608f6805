import { makeOnce } from '../../upstream/make-once.ts';

/** What may be had for what is wanted, in a channel or an index. */
export interface Supply<Want, Option> {
  /** Names a want: equal ones lack the same. */
  nameOf(want: Want): string;
  /** What would do for it, the best first. */
  optionsFor(want: Want): Promise<readonly Option[]>;
  /** What an option needs itself. */
  wantsOf(option: Option): Promise<readonly Want[]>;
}

/**
 * The wants, of these or of what they bring, that nothing fulfils and because of which these cannot be: of several options
 * that all lack something the first is told of. What needs each other in a ring lacks nothing by that. Empty where each
 * want by itself could be had: then they are at odds with each other.
 */
export async function findLacking<Want, Option>(
  wants: readonly Want[],
  supply: Supply<Want, Option>,
): Promise<readonly Want[]> {
  const known = new Map<string, Promise<readonly Want[]>>();
  const lackingFor = async (want: Want, above: ReadonlySet<string>): Promise<readonly Want[]> => {
    const name = supply.nameOf(want);
    if (above.has(name)) return [];
    return makeOnce(known, name, () => lookFor(want, above.union(new Set([name]))));
  };
  const lookFor = async (want: Want, above: ReadonlySet<string>): Promise<readonly Want[]> => {
    let first: readonly Want[] | null = null;
    for (const option of await supply.optionsFor(want)) {
      const lacking = await lackingInAll(await supply.wantsOf(option), above);
      if (lacking.length === 0) return [];
      first ??= lacking;
    }
    return first ?? [want];
  };
  const lackingInAll = async (all: readonly Want[], above: ReadonlySet<string>): Promise<readonly Want[]> => {
    const found: Want[] = [];
    for (const want of all) found.push(...(await lackingFor(want, above)));
    return [...new Map(found.map((want) => [supply.nameOf(want), want])).values()];
  };
  return lackingInAll(wants, new Set());
}
