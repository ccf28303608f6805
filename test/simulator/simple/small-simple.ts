import { canonicalJson } from '../../../core/json/json.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Condition, Store } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { KeptPages } from '../../../core/simple/keep-pages.ts';
import { keptProject } from '../../../core/simple/kept-project.ts';
import { keptRoot } from '../../../core/simple/kept-root.ts';
import { type PageState, readState } from '../../../core/simple/read-state.ts';
import { storedDigests } from '../../../core/store/stored-digests.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { projects as everyProject } from './simple-watch.ts';
import type { SimpleIndexer } from './simulate-simple.ts';

/** What may be wrong with a design; each was somebody's once, or was ours on the way. */
export interface Flaws {
  /** The look comes before the ETag, and may be older than the state that it replaces. */
  readonly lookFirst?: boolean;
  /** The state is written whatever is there. */
  readonly noCas?: boolean;
  /** Who wrote is done, and looks no second time. */
  readonly oneLook?: boolean;
  /** Pages are written as soon as their state is, before the look that could say that it was late. */
  readonly pagesAtOnce?: boolean;
  /** Who wrote a page does not look whether its state is still the latest. */
  readonly latePage?: boolean;
  /** Pages are written over whatever is there. */
  readonly noFence?: boolean;
  /** A state that is as it must be has its pages, whoever wrote it. */
  readonly pagesForgotten?: boolean;
  /** What the list of projects says of one comes from the look at it, and not from its state. */
  readonly rootFromLook?: boolean;
  /** The list of projects is left alone where the project's state did not change. */
  readonly rootIfChanged?: boolean;
}

interface Small {
  readonly store: Store;
  readonly clock: Clock;
  readonly flaws: Flaws;
}

/** The design of the pip index, small enough to be seen through, with the flaws that are asked for. */
export const smallSimple =
  (flaws: Flaws): SimpleIndexer =>
  async ({ store, clock, projects }) => {
    const small = { store, clock, flaws };
    const asked = projects === 'all' ? everyProject : [...new Set(projects)];
    const touched: ProjectName[] = [];
    const filled = new Map<ProjectName, boolean>();
    for (const project of asked) {
      const { content, changed } = await keep(
        small,
        keptProject(project, { store, gate: testGate(store, { clock }), clock, digestsOf: storedDigests }),
      );
      filled.set(project, content.length > 0);
      if (changed || !flaws.rootIfChanged) touched.push(project);
    }
    await keep(small, flaws.rootFromLook ? rootOf(store, filled) : keptRoot(store, touched));
  };

/** The list of projects as a worker remembers what it saw of them. */
const rootOf = (store: Store, filled: ReadonlyMap<ProjectName, boolean>): KeptPages<ProjectName[]> => ({
  ...keptRoot(store, []),
  look: async (known) => {
    const kept = (known ?? []).filter((project) => filled.get(project) ?? true);
    const added = [...filled].flatMap(([project, has]) => (has ? [project] : []));
    return { content: [...new Set([...kept, ...added])].sort(), problems: [] };
  },
});

async function keep<T>(small: Small, kept: KeptPages<T>): Promise<{ content: T; changed: boolean }> {
  let changed = false;
  for (let attempts = 0; attempts < 30; attempts++) {
    const did = await attempt(small, kept, changed);
    const { content } = did;
    if (did.status === 'done') return { content, changed };
    if (did.status === 'written') changed = true;
    if (did.status === 'written' && small.flaws.oneLook) return { content, changed };
    if (did.status === 'conflict') await small.clock.sleep(5 + small.clock.random() * 50);
  }
  throw new GatehouseError('store.busy', 'others were always first', { retry: true });
}

interface Attempt<T> {
  readonly status: 'done' | 'published' | 'written' | 'conflict';
  readonly content: T;
}

/** The ETag, a look, and then the state, or its pages. */
async function attempt<T>(small: Small, kept: KeptPages<T>, changed: boolean): Promise<Attempt<T>> {
  const { flaws } = small;
  const { state, etag, content } = await seen(small, kept);
  if (state === null && kept.isEmpty(content)) return { status: 'done', content };
  if (state !== null && canonicalJson(state.content) === canonicalJson(content)) {
    const isLeft = flaws.pagesForgotten && !changed;
    const wrote = !isLeft && (await publish(small, kept, state));
    return { status: wrote && !flaws.latePage ? 'published' : 'done', content };
  }
  const next: PageState<T> = { version: 1, generation: (state?.generation ?? 0) + 1, content };
  return { status: await write(small, kept, { next, etag }), content };
}

async function seen<T>({ store, flaws }: Small, kept: KeptPages<T>) {
  const early = flaws.lookFirst ? await kept.look(null) : null;
  const { state, etag } = await readState(store, kept);
  const { content } = early ?? (await kept.look(state?.content ?? null));
  return { state, etag, content };
}

async function write<T>(
  small: Small,
  kept: KeptPages<T>,
  { next, etag }: { readonly next: PageState<T>; readonly etag: string | null },
): Promise<'written' | 'conflict'> {
  const { store, flaws } = small;
  const condition = flaws.noCas ? undefined : ifUnchanged(etag);
  const { status } = await store.put(kept.stateKey, Buffer.from(canonicalJson(next)), condition);
  if (status === 'written' && (flaws.pagesAtOnce || flaws.oneLook)) await publish(small, kept, next);
  return status;
}

const ifUnchanged = (etag: string | null): Condition => (etag === null ? { absent: true } : { etag });

/** Writes each page that is behind; true when it wrote. */
async function publish<T>(
  { store, flaws }: Small,
  { pages }: KeptPages<T>,
  { generation, content }: PageState<T>,
): Promise<boolean> {
  let wrote = false;
  for (const { key, text } of pages) {
    const there = await store.get(key);
    const served = Number(there?.metadata['generation'] ?? 0);
    if (flaws.noFence ? served === generation : served >= generation) continue;
    await using staged = await store.stage();
    await staged.write(Buffer.from(text(content)));
    await staged.publish(key, { generation: `${generation}` }, ifUnchanged(there?.etag ?? null));
    wrote = true;
  }
  return wrote;
}
