import { findStoredAllowlist } from '../documents/allowlist/stored-allowlist.ts';
import { indexMessage, projectMessage } from '../documents/run.ts';
import type { Side } from '../layout/sides.ts';
import type { ProjectName } from '../names/project-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Queue } from '../ports/queue.ts';
import { projectsIn } from '../simple/projects-in.ts';
import { channelStrays } from '../store/channel-strays.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { collectStrays, type StrayCollector } from '../store/strays.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

export interface ReconcileWorld extends ChannelStore {
  /** Which half of the whole store `store` is: the messages name it. */
  readonly side: Side;
  /** Told `{"type":"index","subdir":...}` for each subdir, and `{"type":"index","project":...}` for each project. */
  readonly queue: Queue;
}

export interface Reconciled {
  readonly subdirs: readonly Subdir[];
  readonly projects: readonly ProjectName[];
  /** What in the channel is none of its files, and what beside the projects. */
  readonly strays: readonly StrayCollector[];
}

/**
 * Has every subdir that the store tells of indexed, every configured one, `noarch`, and every project that it tells of: heals
 * what a lost event left. A staging that has nothing is left alone.
 */
export async function reconcile({ store, channel, side, queue }: ReconcileWorld): Promise<Reconciled> {
  const [ofChannel, ofProjects] = [collectStrays(channelStrays), collectStrays(simpleStrays)];
  const projects = await projectsIn(store, ofProjects);
  const found = await subdirsOf({ store, channel }, 'anything', { strays: ofChannel });
  const isServed = side === 'channel' || found.length + projects.length > 0;
  const always = isServed ? [...((await findStoredAllowlist(store))?.platforms ?? []), noarch] : [];
  const subdirs = [...new Set([...found, ...always])].sort();
  const messages = subdirs.map((subdir) => indexMessage(subdir, side));
  await queue.send([...messages, ...projects.map((project) => projectMessage(project, side))]);
  return { subdirs, projects, strays: [ofChannel, ofProjects] };
}
