import { findStoredAllowlist } from '../documents/allowlist/stored-allowlist.ts';
import { indexMessage, projectMessage } from '../documents/run.ts';
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
 * Has every configured subdir, every one that the store tells of and `noarch` indexed, and every project that it tells of:
 * heals what a lost event left.
 */
export async function reconcile({ store, channel, queue }: ReconcileWorld): Promise<Reconciled> {
  const platforms = (await findStoredAllowlist(store))?.platforms ?? [];
  const [ofChannel, ofProjects] = [collectStrays(channelStrays), collectStrays(simpleStrays)];
  const always = [...platforms, noarch];
  const subdirs = await subdirsOf({ store, channel }, 'anything', { always, strays: ofChannel });
  const projects = await projectsIn(store, ofProjects);
  await queue.send([...subdirs.map(indexMessage), ...projects.map(projectMessage)]);
  return { subdirs, projects, strays: [ofChannel, ofProjects] };
}
