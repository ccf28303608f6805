import type { Section } from '../forms/form.ts';
import { canonicalJson, compareCodePoints } from '../json.ts';
import { publishedGeneration } from './published-generation.ts';
import { sectionOf } from './state/diff-listing.ts';
import { type IndexRoot, type StatePlace, writeRoot } from './state/index-root.ts';
import type { LineChange } from './state/line-change.ts';
import { spliceSection } from './state/splice-section.ts';

/** A root and the ETag to replace it under; the root is null when there is none that can be read. */
export interface State {
  readonly root: IndexRoot | null;
  readonly etag: string | null;
  /** False when its segments are not to be looked at: then only its generation counts. */
  readonly believed: boolean;
}

interface Commit {
  readonly changes: readonly LineChange[];
  /** The control's ETag, once all it changes is taken up; before that, the root keeps the one it had. */
  readonly control?: string | null;
}

type Committed =
  | { readonly status: 'conflict' }
  | { readonly status: 'written' | 'unchanged'; readonly root: IndexRoot; readonly etag: string | null };

/** Splices changes into a state and replaces its root, if that is another root then. */
export async function commitLines(place: StatePlace, state: State, commit: Commit): Promise<Committed> {
  const before = state.believed ? state.root : null;
  const next = await nextRoot(place, before, { ...commit, state });
  if (before !== null && canonicalJson(next) === canonicalJson(before)) {
    return { status: 'unchanged', root: before, etag: state.etag };
  }
  const root = { ...next, revision: next.revision + 1 };
  const outcome = await writeRoot(place, root, state.etag);
  return outcome.status === 'conflict' ? outcome : { status: 'written', root, etag: outcome.etag };
}

async function nextRoot(
  place: StatePlace,
  before: IndexRoot | null,
  { changes, control, state }: Commit & { readonly state: State },
): Promise<IndexRoot> {
  const splice = (section: Section) => spliceSection(place, before?.sections[section] ?? [], inOrder(changes, section));
  const packages = await splice('packages');
  const conda = await splice('packages.conda');
  const sections = { packages: [...packages.segments], 'packages.conda': [...conda.segments] };
  if (before === null) return { ...(await firstRoot(place, state)), ...progress(null, control), sections };
  const generation = before.generation + (packages.shown || conda.shown ? 1 : 0);
  return { version: 1, revision: before.revision, generation, ...progress(before, control), sections };
}

const inOrder = (changes: readonly LineChange[], section: Section): LineChange[] =>
  changes
    .filter(({ filename }) => sectionOf(filename) === section)
    .sort((a, b) => compareCodePoints(a.filename, b.filename));

/** Where nothing is to be believed, the generation still goes on above all that was ever served. */
async function firstRoot(place: StatePlace, { root }: State) {
  const generation = Math.max(root?.generation ?? 0, await publishedGeneration(place));
  return { version: 1, revision: root?.revision ?? 0, generation: generation + 1 } as const;
}

function progress(
  before: IndexRoot | null,
  control: string | null | undefined,
): Pick<IndexRoot, 'control' | 'partial'> {
  if (control !== undefined) return { control };
  const partial = before === null || before.partial === true;
  return { control: before?.control ?? null, ...(partial && { partial }) };
}
