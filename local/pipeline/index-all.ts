import { gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import { noarch, type Subdir } from '../../core/names/subdir.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
import { type IndexedProjects, indexProjects } from '../../core/steps/index-projects.ts';
import { type IndexedSubdir, indexSubdir, maxSubdirsAtOnce } from '../../core/steps/index-subdir.ts';
import { channelStrays } from '../../core/store/channel-strays.ts';
import { mapInOrder } from '../../core/store/map-in-order.ts';
import { stagedLog, stagedProblem } from '../../core/store/staged-telling.ts';
import { stagingStrays } from '../../core/store/staging-strays.ts';
import { collectStrays } from '../../core/store/strays.ts';
import { subdirsOf } from '../../core/store/subdirs-of.ts';
import type { Configured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';

export interface IndexAllOptions {
  readonly log: Log;
  /** Derive every index entry again, trusting none that was derived before. */
  readonly rebuild?: boolean;
}

/** The channel and its pip index, or those of staging. */
export interface IndexedSide {
  readonly subdirs: readonly IndexedSubdir[];
  /** The pages for pip. */
  readonly simple: IndexedProjects;
  /** What lies there and is no file of either. */
  readonly strays: readonly Problem[];
}

export interface IndexedAll extends IndexedSide {
  /** Null where nothing is staged. */
  readonly staging: IndexedSide | null;
}

/** All that indexing found wrong: of staging with the place that it has in the whole store. */
export const indexProblems = ({ staging, ...channel }: IndexedAll): Problem[] => [
  ...problemsOf(channel),
  ...(staging === null ? [] : problemsOf(staging)),
];

const problemsOf = ({ subdirs, simple, strays }: IndexedSide): Problem[] => [
  ...subdirs.flatMap(({ problems }) => problems),
  ...strays,
  ...simple.projects.flatMap(({ problems }) => problems),
  ...simple.problems,
];

/**
 * Indexes the channel and its pip index, and then those of staging, where there is anything of it. What cannot be indexed
 * keeps none of the others from it.
 *
 * @throws GatehouseError the first that something met, once all had their turn
 */
export async function indexAll(configured: Configured, world: World, options: IndexAllOptions): Promise<IndexedAll> {
  const failures: GatehouseError[] = [];
  const channel = await attempt(failures, () => indexSide(configured, world, options));
  const staging = await attempt(failures, () => indexStaging(configured, world, options));
  const [first] = failures;
  if (first !== undefined || channel === null) throw first;
  return { ...channel, staging };
}

async function indexStaging(
  configured: Configured,
  world: World,
  { log, ...options }: IndexAllOptions,
): Promise<IndexedSide | null> {
  const staged = await stagedWorld(world);
  if (staged === null) return null;
  const { subdirs, simple, strays } = await indexSide(configured, staged, { ...options, log: stagedLog(log) });
  const told = <T extends { readonly problems: readonly Problem[] }>(part: T): T => ({
    ...part,
    problems: part.problems.map(stagedProblem),
  });
  const elsewhere = (await stagingStrays(world.store)).found().map((stray) => ({ code: 'index.stray', ...stray }));
  return {
    subdirs: subdirs.map(told),
    simple: { ...told(simple), projects: simple.projects.map(told) },
    strays: [...strays.map(stagedProblem), ...elsewhere],
  };
}

/**
 * Indexes every configured subdir, every one that the store tells of, and always `noarch`: clients fail on a channel whose
 * noarch index is missing. Then all projects for pip: of one whose last file was withdrawn by a run that was cut off, only
 * its state tells. What is made from all subdirs waits until all can be indexed.
 */
async function indexSide(
  configured: Configured,
  world: World,
  { log, rebuild = false }: IndexAllOptions,
): Promise<IndexedSide> {
  const strays = collectStrays(channelStrays);
  const { platforms, forms } = configured;
  const asked = await subdirsOf(world, 'anything', { always: [...platforms, noarch], strays });
  await using threads = world.indexThreads?.(configured);
  const judging = { ...world, log, gate: gateByAllowlist(configured, { ...world, log }) };
  const indexing = { ...judging, asked: new Set(forms), ...(threads && { offload: threads.offload }) };
  const failures: GatehouseError[] = [];
  const subdirs: IndexedSubdir[] = [];
  const work = (subdir: Subdir) => attempt(failures, () => indexSubdir(subdir, indexing, { rebuild }));
  // Where there are threads the store is a folder, which does not keep anybody waiting.
  for await (const indexed of mapInOrder(asked, threads === undefined ? maxSubdirsAtOnce : 1, work)) {
    if (indexed !== null) subdirs.push(indexed);
  }
  const simple = await attempt(failures, () => indexProjects('all', judging, { rebuild }));
  const [first] = failures;
  if (first !== undefined || simple === null) throw first;
  await indexChannel(world, { rebuild });
  return { subdirs, simple, strays: strays.found().map((stray) => ({ code: 'index.stray', ...stray })) };
}

/** Null when the work failed, which goes to `failures`. */
async function attempt<T>(failures: GatehouseError[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    failures.push(error);
    return null;
  }
}
