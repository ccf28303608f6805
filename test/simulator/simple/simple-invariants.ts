import { canonicalJson } from '../../../core/json/json.ts';
import { type ObjectKey, objectKeySchema } from '../../../core/layout/keys.ts';
import type { Change } from '../../twins/store-memory.ts';
import {
  isThere,
  linesOf,
  namesOf,
  pageGeneration,
  pages,
  projects,
  type SimpleWatch,
  stateGeneration,
  stateOf,
  states,
  wantedLines,
} from './simple-watch.ts';

/** What does not hold, in a sentence; null when it holds. */
type Fault = string | null;
/** Asked at every change of an object, before anyone sees it. `orderly`: nobody touches the store by hand. */
type StepInvariant = (watch: SimpleWatch, change: Change, orderly: boolean) => Fault;

/** Nothing goes off a page more often than its removal was recorded. */
const noDisappearance: StepInvariant = (watch, { key, before, after }) => {
  if (before === null || after === null) return null;
  const now = new Set(namesOf(key, after));
  for (const fileName of namesOf(key, before).filter((name) => !now.has(name))) {
    const place = `${key} ${fileName}`;
    const times = 1 + (watch.disappearances.get(place) ?? 0);
    watch.disappearances.set(place, times);
    if (times > (watch.removals.get(fileName) ?? 0) && !watch.cameBack.has(key))
      return `${fileName} went off ${key} and nobody removed it`;
  }
  return null;
};

/** A page names files that were there with their metadata; in an orderly store, that are there. */
const nothingAdvertised: StepInvariant = (watch, { key, after }, orderly) => {
  if (after === null) return orderly ? stillAdvertised(watch, key) : null;
  for (const fileName of namesOf(key, after)) {
    const wheel = watch.wheels.find((each) => each.fileName === fileName);
    if (wheel === undefined || !watch.existed.has(fileName)) return `${key} lists ${fileName}, which never was`;
    if (orderly && !watch.cameBack.has(key) && !isThere(watch, wheel)) return `${key} lists ${fileName}, which is gone`;
  }
  return null;
};

function stillAdvertised(watch: SimpleWatch, deleted: string): Fault {
  const wheel = watch.wheels.find(({ key, beside }) => key === deleted || beside.key === deleted);
  for (const [key, entry] of watch.objects)
    if (wheel && pages.has(key) && namesOf(key, entry).includes(wheel.fileName)) return `${key} still lists ${deleted}`;
  return null;
}

/** Each page can be read, and one generation of a project says one thing in both forms. */
const noTornRead: StepInvariant = (watch, { key, after }) => {
  const page = pages.get(key);
  if (page === undefined || after === null) return null;
  try {
    const generation = pageGeneration(after);
    if (!(generation > 0)) return `${key} carries no generation`;
    const said = canonicalJson(linesOf(key, after));
    const place = `${page.project} ${generation}`;
    if (said !== (watch.contents.get(place) ?? said)) return `generation ${generation} of ${key} says two things`;
    watch.contents.set(place, said);
    return null;
  } catch (error) {
    return `${key} cannot be read: ${String(error)}`;
  }
};

/** Generations rise or stay, and no page or state goes. Of a page whose bytes came back see the conda side's R4. */
const monotonic: StepInvariant = (watch, { key, before, after }) => {
  const isState = states.some((state) => state === key);
  if (before === null || !(isState || pages.has(key))) return null;
  if (after === null) return `${key} was deleted`;
  const generation = isState ? stateGeneration : pageGeneration;
  const [was, is] = [generation(before), generation(after)];
  return is < was && !watch.cameBack.has(key) ? `${key} went from generation ${was} to ${is}` : null;
};

/** Files are created and deleted, never replaced, and provenance stays as it was written. */
const immutable: StepInvariant = (watch, { key, before, after }) => {
  if (after === null) return null;
  const isFile = watch.wheels.some((wheel) => wheel.key === key || wheel.beside.key === key);
  if (isFile) return before === null ? null : `${key} was replaced`;
  if (!key.startsWith('_gatehouse/provenance/')) return null;
  const first = watch.firstBytes.get(key) ?? after.bytes;
  watch.firstBytes.set(key, first);
  return Buffer.from(first).equals(after.bytes) ? null : `${key} changed`;
};

/** What was withdrawn, left every page and was deleted last is never listed again. */
const removalOrder: StepInvariant = (watch, { key, after }) => {
  const back = after === null ? undefined : namesOf(key, after).find((fileName) => watch.gone.has(fileName));
  return back === undefined ? null : `${key} lists ${back} again, which was removed in order`;
};

export const simpleStepInvariants: Readonly<Record<string, StepInvariant>> = {
  'R3 no torn read': noTornRead,
  'R1 no lost update': noDisappearance,
  'R2 referential': nothingAdvertised,
  'R4 monotonic': monotonic,
  'R7 immutable': immutable,
  'R12 removal order': removalOrder,
};

/** Asked when every message was handled to its end: each page says what control, provenance and bytes say. */
export function faultAtRest(watch: SimpleWatch): Fault {
  const withFiles = projects.filter((project) => wantedLines(watch, project).length > 0).toSorted();
  const faults = [...pages].map(([key, { project }]) =>
    faultOf(watch, objectKeySchema.parse(key), {
      wanted: project === null ? withFiles : wantedLines(watch, project),
      state: stateOf(project),
    }),
  );
  return faults.find((fault) => fault !== null) ?? null;
}

function faultOf(
  { objects }: SimpleWatch,
  key: ObjectKey,
  { wanted, state }: { readonly wanted: readonly string[]; readonly state: ObjectKey },
): Fault {
  const [page, made] = [objects.get(key), objects.get(state)];
  const listed = page === undefined ? [] : linesOf(key, page);
  const lost = wanted.find((line) => !listed.includes(line));
  if (lost !== undefined) return `R1 no lost update, at rest: ${key} lost ${lost}`;
  const extra = listed.find((line) => !wanted.includes(line));
  if (extra !== undefined) return `R2 referential, at rest: ${key} lists ${extra}`;
  if (canonicalJson(listed) !== canonicalJson(wanted)) return `R3 no torn read, at rest: ${key} is out of order`;
  if (page === undefined || made === undefined || pageGeneration(page) === stateGeneration(made)) return null;
  return `R3 no torn read, at rest: ${key} is behind its state`;
}
