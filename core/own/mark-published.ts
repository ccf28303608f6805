import { type Control, emptyControl, readControl } from '../documents/control.ts';
import { type Provenance, readProvenance } from '../documents/provenance.ts';
import { isOwnOrigin } from '../documents/published/published.ts';
import { type FileProvenance, readFileProvenance } from '../documents/simple/file-provenance.ts';
import { emptyProjectControl, type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import { controlKey, projectControlKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { updateJson } from '../store/update-json.ts';

/** A file by what is known of it. */
type Published =
  | { readonly kind: 'package'; readonly provenance: Provenance }
  | { readonly kind: 'wheel' | 'sdist'; readonly provenance: FileProvenance };

interface MarkWorld {
  /** The part of the store that is published to. */
  readonly target: Store;
  readonly clock: Clock;
  /** The name of the token that it came with; null for the command line. */
  readonly by: string | null;
}

/**
 * Says in control that bytes which upstream had brought are the organisation's own since they were published, and listed
 * whatever a plan withdrew: their provenance never changes, and by it alone they would leave with the reserved name. Writes
 * nothing of other files, nor again: what was withdrawn after the first publication stays so. Safe to run twice.
 *
 * @throws GatehouseError `store.denied` for whoever may not write control, `store.*`, `json.invalid`
 */
export async function markPublished(publication: Published, world: MarkWorld): Promise<void> {
  if (!(await cameFromUpstream(publication, world.target))) return;
  try {
    await (publication.kind === 'package' ? markPackage(publication, world) : markFile(publication, world));
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
    const fileName = publication.kind === 'package' ? publication.provenance.filename : publication.provenance.fileName;
    const message = `${fileName} came from upstream before it was published, which control must say: ${error.message}`;
    throw new GatehouseError(error.code, message, { hint: otherRights, cause: error });
  }
}

const otherRights =
  'publish it once with credentials that may write control, as those that may yank; or raise the version';

async function cameFromUpstream({ kind, provenance }: Published, target: Store): Promise<boolean> {
  const entered =
    kind === 'package'
      ? await readProvenance(target, provenance, provenance.sha256)
      : await readFileProvenance(target, provenance, provenance.sha256);
  return entered !== null && !isOwnOrigin(entered.origin);
}

async function markPackage(
  { provenance: { channel, subdir, filename } }: { readonly provenance: Provenance },
  world: MarkWorld,
): Promise<void> {
  const read = async () => {
    const { control, etag } = await readControl(world.target, channel, subdir);
    return etag === null ? null : { value: control, etag };
  };
  const updated = { key: controlKey(channel, subdir), read };
  await updateJson<Control, null>({ ...world, store: world.target }, updated, (control) => {
    const { packages } = control ?? emptyControl;
    const said = packages[filename] ?? {};
    return said.published ? null : { version: 1, packages: { ...packages, [filename]: asOwn(said, world) } };
  });
}

async function markFile(
  { provenance: { project, fileName } }: { readonly provenance: FileProvenance },
  world: MarkWorld,
): Promise<void> {
  const read = async () => {
    const { control, etag } = await readProjectControl(world.target, project);
    return etag === null ? null : { value: control, etag };
  };
  const updated = { key: projectControlKey(project), read };
  await updateJson<ProjectControl, null>({ ...world, store: world.target }, updated, (control) => {
    const { files } = control ?? emptyProjectControl;
    const said = files[fileName] ?? { why: [] };
    return said.published ? null : { version: 1, files: { ...files, [fileName]: asOwn(said, world) } };
  });
}

const asOwn = <T extends object>(said: T, { clock, by }: MarkWorld) => ({
  ...said,
  withdrawn: undefined,
  published: { at: clock.now(), by },
});
