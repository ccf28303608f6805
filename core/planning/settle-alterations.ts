import type { Alteration } from './alteration.ts';

/** The requests that would break if these alterations were made; empty when none would. */
export type Breaks = (alterations: readonly Alteration[]) => Promise<readonly string[]>;

export interface Settled {
  readonly accepted: readonly Alteration[];
  readonly held: readonly { readonly alteration: Alteration; readonly breaks: readonly string[] }[];
}

/**
 * Accepts as many alterations as break nothing, in order, and says which entries each of the others would break.
 * One proof when all is well; about k log n for k that break.
 */
export async function settleAlterations(alterations: readonly Alteration[], breaks: Breaks): Promise<Settled> {
  const accepted: Alteration[] = [];
  const held: { alteration: Alteration; breaks: readonly string[] }[] = [];
  const settle = async (some: readonly Alteration[]): Promise<void> => {
    if (some.length === 0) return;
    const broken = await breaks([...accepted, ...some]);
    const [alteration] = some;
    if (broken.length === 0) accepted.push(...some);
    else if (some.length === 1 && alteration !== undefined) held.push({ alteration, breaks: broken });
    else {
      const middle = Math.ceil(some.length / 2);
      await settle(some.slice(0, middle));
      await settle(some.slice(middle));
    }
  };
  await settle(alterations);
  return { accepted, held };
}
