import type { Plan } from '../documents/plan.ts';
import { writeFileDecisions } from './write-file-decisions.ts';
import { type OverrideWorld, writeOverrides } from './write-overrides.ts';

/** The ids whose record or page changed, that left the index or were hotfixed; those of files for pip among them. */
export interface Applied {
  readonly changed: readonly string[];
  readonly dropped: readonly string[];
  readonly hotfixed: readonly string[];
}

export const nothingApplied: Applied = { changed: [], dropped: [], hotfixed: [] };

/** What a plan changes of what is served, once everything that it adds is there. */
export const plannedChanges = ({ change, drop, hotfix, simple }: Plan): Applied => ({
  changed: [...change, ...simple.change],
  dropped: [...drop, ...simple.drop],
  hotfixed: hotfix,
});

/**
 * Writes to control what a plan says whatever becomes of its fetches: who needs what, of conda packages and files for pip,
 * and what leaves for its name alone.
 */
export async function writeDecisions(plan: Plan, world: OverrideWorld): Promise<Applied> {
  const { decisions, drop, simple } = plan;
  await writeOverrides(decisions, world);
  await writeFileDecisions(simple.decisions, world);
  const isDecided = (id: string) => {
    const [folder = '', fileName = ''] = id.replace(/^simple\//, '').split('/');
    const said = (id.startsWith('simple/') ? simple.decisions : decisions)[folder]?.[fileName];
    return said?.withdrawn !== undefined;
  };
  return { ...nothingApplied, dropped: [...drop, ...simple.drop].filter(isDecided) };
}

/** Writes to control all that a plan says. What changes the index was proved with all that the plan adds in place. */
export async function writePlan(plan: Plan, world: OverrideWorld): Promise<Applied> {
  await writeOverrides(altered(plan), world);
  await writeFileDecisions(altered(plan.simple), world);
  return plannedChanges(plan);
}

type Placed<T> = Readonly<Record<string, Record<string, T>>>;

/** Decisions with what is to be said on top, so that each object of control is written once. */
function altered<T>({ decisions, alterations }: { readonly decisions: Placed<T>; readonly alterations: Placed<T> }) {
  const places = new Set([...Object.keys(decisions), ...Object.keys(alterations)]);
  return Object.fromEntries([...places].map((place) => [place, { ...decisions[place], ...alterations[place] }]));
}
