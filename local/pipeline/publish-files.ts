import { type GateShell, gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import { channelPlace } from '../../core/layout/channel-place.ts';
import { type ObjectKey, objectKeySchema, stateKey } from '../../core/layout/keys.ts';
import { keyWithin } from '../../core/layout/sides.ts';
import { projectNameSchema } from '../../core/names/project-name.ts';
import { noarch, type Subdir } from '../../core/names/subdir.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import type { OfferedFile, PublishedFile, PublishReport, PublishWorld } from '../../core/publish/publication.ts';
import { promote, type Release } from '../../core/steps/promote.ts';
import { publish } from '../../core/steps/publish.ts';
import { put } from '../../core/steps/put.ts';
import { stagedLog, stagedProblem } from '../../core/store/staged-telling.ts';
import { stagingStore } from '../../core/store/staging-store.ts';
import type { Configured } from '../world/known-allowlist.ts';
import { awaitListed } from './await-listed.ts';
import { indexTouched } from './index-places.ts';

type UngatedWorld = Omit<PublishWorld, 'gate'> & GateShell;

/** What it takes to bring up to date what clients read of files that were written. */
interface ServingWorld extends Pick<PublishWorld, 'store' | 'to' | 'gate' | 'clock' | 'log'> {
  readonly allowlist: Configured;
  /** Looks again at all that could not be listed: an index that is told what changed does so at that alone. */
  readonly lookAgain?: boolean;
}

export interface ServedReport extends PublishReport {
  /** Why what was published is not listed. */
  readonly unlisted: readonly Problem[];
}

/**
 * Publishes files, and brings up to date what clients read of them: the pages of their projects, the indexes of their
 * subdirs. What was there already is indexed too: a run that was cut off may have left that to us.
 *
 * @param offered staged in `world.store`; the caller disposes of them
 */
export async function publishFiles(offered: readonly OfferedFile[], given: UngatedWorld): Promise<ServedReport> {
  const world = gated(given);
  return served(await publish(offered, world), world);
}

/** Promotes what is staged of a release, and brings up to date what clients read of the channel. */
export async function promoteFiles(release: Release, given: UngatedWorld): Promise<ServedReport> {
  const world = gated(given);
  return served(await promote(release, world), world);
}

/** Copies files into the channel, and brings up to date what clients read of them: what the gate keeps out is in no index. */
export async function putFiles(
  offered: readonly OfferedFile[],
  given: Omit<ServingWorld, 'gate' | 'to'> & GateShell,
): Promise<ServedReport> {
  const world = { ...given, to: 'channel' as const, gate: gateByAllowlist(given.allowlist, given) };
  const report = await put(offered, world);
  // What is there already may have been held, and a waiver have come since.
  return served(report, { ...world, lookAgain: report.files.some(({ status }) => status === 'present') });
}

/** Opens the gate of the part of the store that is published to. */
function gated(world: UngatedWorld): PublishWorld {
  const store = world.to === 'channel' ? world.store : stagingStore(world.store);
  return { ...world, gate: gateByAllowlist(world.allowlist, { ...world, store }) };
}

async function served(report: PublishReport, world: ServingWorld): Promise<ServedReport> {
  const isOurs = ({ subject }: Problem) => report.files.some(({ key }) => key.endsWith(subject));
  if (world.to === 'channel') return { ...report, unlisted: (await indexOrAwait(report, world)).filter(isOurs) };
  const staged = { ...world, store: stagingStore(world.store), log: stagedLog(world.log) };
  const problems = (await indexOrAwait(report, staged)).filter(isOurs);
  return { ...report, unlisted: problems.map(stagedProblem) };
}

/** Who may publish into a bucket need not have the right to index it. What is yanked no index of conda's ever lists. */
async function indexOrAwait({ files, warnings }: PublishReport, world: ServingWorld): Promise<Problem[]> {
  try {
    return await indexPublished(files, world);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
    const isYanked = ({ key }: PublishedFile) =>
      warnings.some(({ code, subject }) => code === 'publish.yanked' && key.endsWith(`/${subject}`));
    const listed = files.filter((file) => !isYanked(file));
    return awaitListed(
      listed.map(({ key }) => ownKey(key)),
      world,
    );
  }
}

/** Of packages the subdirs too that clients ask for and do not find yet: they fail without a `noarch`. */
async function indexPublished(files: readonly PublishedFile[], world: ServingWorld): Promise<Problem[]> {
  if (files.length === 0) return [];
  const { allowlist, store, lookAgain = false } = world;
  const projects = files.flatMap(({ kind, name }) => (kind === 'package' ? [] : [projectNameSchema.parse(name)]));
  const hints = files.flatMap(({ kind, key }) => (kind === 'package' ? [ownKey(key)] : []));
  const touched = hints.map(subdirOf).filter((subdir) => subdir !== null);
  const subdirs = [...touched, ...(await unindexed([noarch, ...allowlist.platforms], store))];
  return indexTouched({ subdirs, projects, ...(lookAgain ? {} : { hints }) }, allowlist, {
    ...world,
    channel: 'conda',
  });
}

/** The key within the store that is published to. */
const ownKey = (served: string): ObjectKey => keyWithin(objectKeySchema.parse(served)).key;

function subdirOf(key: ObjectKey): Subdir | null {
  const place = channelPlace(key);
  return place.kind === 'package' ? place.subdir : null;
}

async function unindexed(subdirs: readonly Subdir[], store: Store): Promise<Subdir[]> {
  const found = await Promise.all(subdirs.map((subdir) => store.get(stateKey('conda', subdir))));
  return subdirs.filter((_, at) => found[at] === null);
}
