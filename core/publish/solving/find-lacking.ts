/** What may be had for what is wanted, in a channel or an index. */
export interface Supply<Want, Option> {
  /** Names a want: equal ones lack the same. */
  nameOf(want: Want): string;
  /** What would do for it, the best first. */
  optionsFor(want: Want): Promise<readonly Option[]>;
  /** What an option needs itself. */
  wantsOf(option: Option): Promise<readonly Want[]>;
}

/** A want that can be reached, and what each of its options needs, by name. */
interface Reached<Want> {
  readonly want: Want;
  readonly options: readonly (readonly string[])[];
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
  const reached = await reach(wants, supply);
  const lacking = lackingIn(reached);
  const found: Want[] = [];
  const open = new Set(wants.map(supply.nameOf).filter((name) => lacking.has(name)));
  const known = [...open].flatMap((name) => reached.get(name) ?? []);
  // What is added while they are gone through comes later.
  for (const { want, options } of known) {
    const [first] = options;
    if (first === undefined) found.push(want);
    const why = (first ?? []).filter((name) => lacking.has(name) && !open.has(name));
    for (const name of why) open.add(name);
    known.push(...why.flatMap((name) => reached.get(name) ?? []));
  }
  return found;
}

async function reach<Want, Option>(
  wants: readonly Want[],
  { nameOf, optionsFor, wantsOf }: Supply<Want, Option>,
): Promise<ReadonlyMap<string, Reached<Want>>> {
  const reached = new Map<string, Reached<Want>>();
  const open = [...wants];
  // What is added while they are gone through comes later.
  for (const want of open) {
    if (reached.has(nameOf(want))) continue;
    const options: (readonly string[])[] = [];
    reached.set(nameOf(want), { want, options });
    for (const option of await optionsFor(want)) {
      const needed = await wantsOf(option);
      options.push(needed.map(nameOf));
      open.push(...needed);
    }
  }
  return reached;
}

/** Those of which each option needs one that lacks something: first what has no option, then what needs that, and so on. */
function lackingIn(reached: ReadonlyMap<string, Reached<unknown>>): ReadonlySet<string> {
  const lacking = new Set<string>();
  for (let before = -1; before < lacking.size; ) {
    before = lacking.size;
    for (const [name, { options }] of reached)
      if (options.every((needed) => needed.some((one) => lacking.has(one)))) lacking.add(name);
  }
  return lacking;
}
