import { type Control, type Override, readControl } from '../documents/control.ts';
import type { Yank } from '../documents/published/published.ts';
import { type FileDecision, type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import { canonicalJson } from '../json/json.ts';
import { controlKey, type ObjectKey, projectControlKey } from '../layout/keys.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { FoundRelease, OwnFile, OwnPackage } from './find-release.ts';

/** One object of control, and what is to take its place. */
export interface YankWrite {
  readonly key: ObjectKey;
  /** Under which it was read; null when there was none. */
  readonly etag: string | null;
  readonly next: Control | ProjectControl;
  /** Keys of the files of which it says something else than before. */
  readonly changed: readonly string[];
}

/**
 * What control is to say so that a release is yanked for this reason, or is not any more: its yanks alone, and nothing
 * where it says so already. What says nothing without its yank goes with it.
 *
 * @param wanted null takes yanks back
 */
export async function draftYanks(found: FoundRelease, wanted: Yank | null, world: ChannelStore): Promise<YankWrite[]> {
  const writes: YankWrite[] = [];
  for (const [project, files] of Map.groupBy(found.files, (file) => file.project)) {
    writes.push(await draftProject(project, files, wanted, world));
  }
  for (const [subdir, packages] of Map.groupBy(found.packages, (one) => one.subdir)) {
    writes.push(await draftSubdir(subdir, packages, wanted, world));
  }
  return writes.filter(({ changed }) => changed.length > 0);
}

async function draftProject(
  project: ProjectName,
  files: readonly OwnFile[],
  wanted: Yank | null,
  { store }: ChannelStore,
): Promise<YankWrite> {
  const { control, etag } = await readProjectControl(store, project);
  const keys = new Map(files.map(({ fileName, key }) => [fileName, key]));
  const { next, changed } = withYanks<FileDecision>(control.files, keys, wanted, { why: [] });
  return { key: projectControlKey(project), etag, next: { ...control, files: next }, changed };
}

async function draftSubdir(
  subdir: Subdir,
  packages: readonly OwnPackage[],
  wanted: Yank | null,
  { store, channel }: ChannelStore,
): Promise<YankWrite> {
  const { control, etag } = await readControl(store, channel, subdir);
  const keys = new Map(packages.map(({ filename, key }) => [filename, key]));
  const { next, changed } = withYanks<Override>(control.packages, keys, wanted, {});
  return { key: controlKey(channel, subdir), etag, next: { ...control, packages: next }, changed };
}

/**
 * @param keys of the files by their names
 * @param nothing what control says of a file when it says nothing
 */
function withYanks<T extends { readonly yank?: Yank | undefined }>(
  said: Readonly<Record<string, T>>,
  keys: ReadonlyMap<string, string>,
  wanted: Yank | null,
  nothing: T,
): { readonly next: Record<string, T>; readonly changed: readonly string[] } {
  const next = { ...said };
  const changed = [...keys].filter(([name]) => said[name]?.yank?.reason !== wanted?.reason);
  for (const [name] of changed) {
    const own = { ...(said[name] ?? nothing), yank: wanted ?? undefined };
    if (canonicalJson(own) === canonicalJson(nothing)) delete next[name];
    else next[name] = own;
  }
  return { next, changed: changed.map(([, key]) => key) };
}
