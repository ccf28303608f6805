import type { z } from 'zod';
import { generationOf, type IndexFileWorld, writeIfNewer } from '../index/put-if-newer.ts';
import { canonicalJson } from '../json/json.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { backOff } from '../store/update-json.ts';
import { type PageState, readState } from './read-state.ts';

/** Pages that are made of one state, and how the state is known. */
export interface KeptPages<T> {
  readonly stateKey: ObjectKey;
  readonly content: z.ZodType<T>;
  /** Whether it holds nothing: pages that never were need not be for that. */
  isEmpty(content: T): boolean;
  /**
   * Looks at the store. Called after the state's ETag was read: a look before it could be older than the state that it
   * replaces, and undo it.
   *
   * @param known what the state holds; null when nothing is to be taken from it
   */
  look(known: T | null): Promise<Looked<T>>;
  /** Each page, made from the state alone. */
  readonly pages: readonly { readonly key: ObjectKey; text(content: T, quarantined?: string): string }[];
}

/** What pages are made of. */
export type Shown<T> = Pick<PageState<T>, 'content' | 'quarantined'>;

interface Looked<T> extends Shown<T> {
  readonly problems: readonly Problem[];
}

export interface Kept<T> extends Looked<T> {
  /** Whether a page was written. */
  readonly changed: boolean;
  /** Why the state that was there was not trusted. */
  readonly damage?: string | undefined;
}

/** With the waits between them half a minute. */
const maxPasses = 12;

/**
 * Brings a state and its pages up to date, as an index of the conda side is (core/steps/index-subdir.ts): the state's ETag,
 * then a look, then the state, until a look begun after our own write finds nothing to change; then the pages that are
 * older. Only a state that stood such a look is published: what a stalled worker saw long ago may be gone by then. Who
 * wrote a page looks at the state once more, for in S3 a page that came back to its very bytes lets an older one pass.
 *
 * @param trust false to take nothing from the state that is there
 * @throws GatehouseError `store.conflict` (retry) when it had changed at each look; the last state written is published
 */
export async function keepPages<T>(world: IndexFileWorld, kept: KeptPages<T>, trust: boolean): Promise<Kept<T>> {
  const progress: Progress<T> = { trusted: trust, changed: false, damage: undefined, written: null };
  for (let attempt = 0; attempt < maxPasses; attempt++) {
    const passed = await pass(world, kept, progress);
    if (passed === 'conflict') await backOff(world.clock, attempt);
    else if (passed !== 'again') return { ...passed, changed: progress.changed, damage: progress.damage };
  }
  if (progress.written !== null) await publishPages(world, kept, progress.written);
  throw new GatehouseError('store.conflict', `what ${kept.stateKey} is made from changed at each look`, {
    hint: 'what was found is published; run it again when fewer files come and go',
    retry: true,
  });
}

interface Progress<T> {
  /** Whether the next look may take something from the state. */
  trusted: boolean;
  changed: boolean;
  damage: string | undefined;
  /** The state that was written last. */
  written: PageState<T> | null;
}

/** Looks once, and writes the state, or what of its pages is behind. Gives what was found when nothing is left to do. */
async function pass<T>(
  world: IndexFileWorld,
  kept: KeptPages<T>,
  progress: Progress<T>,
): Promise<Looked<T> | 'again' | 'conflict'> {
  const there = await readState(world.store, kept);
  progress.damage ??= there.damage;
  const looked = await kept.look(progress.trusted ? (there.state?.content ?? null) : null);
  if (there.state !== null && isSame(there.state, looked)) {
    const wrote = await publishPages(world, kept, there.state);
    progress.changed ||= wrote;
    return !wrote || (await isLatest(world, kept, there.state)) ? looked : 'again';
  }
  if (await isNothing(world, { there, shown: looked, kept })) return looked;
  const next = await nextState(world, { there, shown: looked, kept });
  const condition = there.etag === null ? { absent: true as const } : { etag: there.etag };
  const { status } = await world.store.put(kept.stateKey, Buffer.from(canonicalJson(next)), condition);
  if (status === 'conflict') return 'conflict';
  progress.written = next;
  progress.trusted = true;
  return 'again';
}

const isSame = (one: Shown<unknown>, other: Shown<unknown>): boolean => shownJson(one) === shownJson(other);

const shownJson = ({ content, quarantined }: Shown<unknown>): string => canonicalJson({ content, quarantined });

interface Step<T> {
  readonly there: Awaited<ReturnType<typeof readState<T>>>;
  readonly shown: Shown<T>;
  readonly kept: KeptPages<T>;
}

/** Neither a state nor pages, and nothing to say in them. */
async function isNothing<T>(world: IndexFileWorld, { there, shown, kept }: Step<T>): Promise<boolean> {
  return there.etag === null && kept.isEmpty(shown.content) && (await servedGeneration(world, kept)) === null;
}

/**
 * The state after the one that is there. One that was lost goes on above the highest generation that was ever served: a
 * page is replaced by a higher one only.
 */
async function nextState<T>(world: IndexFileWorld, { there, shown, kept }: Step<T>): Promise<PageState<T>> {
  const before = there.state?.generation ?? (await servedGeneration(world, kept)) ?? 0;
  const { content, quarantined } = shown;
  return { version: 1, generation: before + 1, content, ...(quarantined !== undefined && { quarantined }) };
}

/** The highest generation of the pages that are there; null when none is. */
async function servedGeneration<T>({ store }: IndexFileWorld, { pages }: KeptPages<T>): Promise<number | null> {
  const served = await Promise.all(pages.map(({ key }) => store.get(key)));
  const there = served.filter((object) => object !== null);
  return there.length === 0 ? null : Math.max(...there.map(({ metadata }) => generationOf(metadata)));
}

async function publishPages<T>(
  world: IndexFileWorld,
  { pages }: KeptPages<T>,
  { generation, content, quarantined }: PageState<T>,
): Promise<boolean> {
  let wrote = false;
  for (const { key, text } of pages) {
    const make = () => ({ bytes: [Buffer.from(text(content, quarantined))] });
    wrote = (await writeIfNewer(world, { key, make }, generation)) || wrote;
  }
  return wrote;
}

async function isLatest<T>({ store }: IndexFileWorld, kept: KeptPages<T>, { generation }: PageState<T>) {
  return (await readState(store, kept)).state?.generation === generation;
}
