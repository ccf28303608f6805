import { type Control, emptyControl, type Override, readControl } from '../documents/control.ts';
import {
  emptyProjectControl,
  type FileDecision,
  type ProjectControl,
  readProjectControl,
} from '../documents/simple/project-control.ts';
import { canonicalJson } from '../json/json.ts';
import { controlKey, projectControlKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { updateJson } from '../store/update-json.ts';
import type { FileAt, PackageAt } from './served-file.ts';

interface MarkWorld {
  readonly store: Store;
  readonly clock: Clock;
}

interface Mark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: string;
}

/**
 * Says in control that a file is recalled, so that no index and no page lists it; or, with null, that it is not any more. Under
 * compare-and-swap, and nothing else of control changes. Safe to run twice: what is marked keeps its time.
 *
 * @throws GatehouseError `json.invalid` when control is damaged, `store.*`
 */
export async function markRecalled(file: PackageAt | FileAt, mark: Mark | null, world: MarkWorld): Promise<void> {
  await (file.kind === 'package' ? markPackage(file, mark, world) : markFile(file, mark, world));
}

/** What control says of a file; undefined when it says nothing. */
export const saidOf = async (file: PackageAt | FileAt, store: Store): Promise<Override | FileDecision | undefined> =>
  file.kind === 'package'
    ? (await readControl(store, file.channel, file.subdir)).control.packages[file.filename]
    : (await readProjectControl(store, file.project)).control.files[file.fileName];

async function markPackage({ channel, subdir, filename }: PackageAt, mark: Mark | null, world: MarkWorld) {
  const read = async () => {
    const { control, etag } = await readControl(world.store, channel, subdir);
    return etag === null ? null : { value: control, etag };
  };
  await updateJson<Control, null>(world, { key: controlKey(channel, subdir), read }, (control) => {
    const packages = withMark<Override>(control?.packages ?? emptyControl.packages, filename, { mark, nothing: {} });
    return packages && { version: 1, packages };
  });
}

async function markFile({ project, fileName }: FileAt, mark: Mark | null, world: MarkWorld) {
  const read = async () => {
    const { control, etag } = await readProjectControl(world.store, project);
    return etag === null ? null : { value: control, etag };
  };
  await updateJson<ProjectControl, null>(world, { key: projectControlKey(project), read }, (control) => {
    const files = withMark<FileDecision>(control?.files ?? emptyProjectControl.files, fileName, {
      mark,
      nothing: { why: [] },
    });
    return files && { version: 1, files };
  });
}

/** Null where all is said already. What says nothing without its mark goes with it, or it would list what nobody decided of. */
function withMark<T extends { readonly recalled?: Mark | undefined }>(
  said: Readonly<Record<string, T>>,
  name: string,
  { mark, nothing }: { readonly mark: Mark | null; readonly nothing: T },
): Record<string, T> | null {
  const before = said[name] ?? nothing;
  if ((before.recalled === undefined) === (mark === null)) return null;
  const own: T = { ...before, recalled: mark ?? undefined };
  const { [name]: _, ...others } = said;
  return canonicalJson(own) === canonicalJson(nothing) ? others : { ...others, [name]: own };
}
