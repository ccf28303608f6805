import { type Control, emptyControl, readControl } from '../documents/control.ts';
import { readProvenance } from '../documents/provenance.ts';
import { readFileProvenance } from '../documents/simple/file-provenance.ts';
import { emptyProjectControl, type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import { controlKey, projectControlKey } from '../layout/keys.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { updateJson } from '../store/update-json.ts';
import type { NamedPublication, PublishWorld } from './publication.ts';
import { placeOf } from './publication-place.ts';

interface MarkWorld extends Pick<PublishWorld, 'clock' | 'by'> {
  /** The part of the store that is published to. */
  readonly target: Store;
}

/**
 * Says in control that bytes which upstream had brought are the organisation's own since they were published, and listed
 * whatever a plan withdrew: their provenance never changes, and by it alone they would leave with the reserved name. Writes
 * nothing of other files, nor again: what was withdrawn after the first publication stays so. Safe to run twice.
 *
 * @throws GatehouseError `store.denied` for whoever may not write control, `store.*`, `json.invalid`
 */
export async function markPublished(publication: NamedPublication, world: MarkWorld): Promise<void> {
  if (!(await cameFromUpstream(publication, world.target))) return;
  try {
    await (publication.kind === 'package' ? markPackage(publication, world) : markFile(publication, world));
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
    const { fileName } = placeOf(publication);
    const message = `${fileName} came from upstream before it was published, which control must say: ${error.message}`;
    throw new GatehouseError(error.code, message, { hint: otherRights, cause: error });
  }
}

const otherRights =
  'publish it once with credentials that may write control, as those that may yank; or raise the version';

async function cameFromUpstream({ kind, provenance }: NamedPublication, target: Store): Promise<boolean> {
  const entered =
    kind === 'package'
      ? await readProvenance(target, provenance, provenance.sha256)
      : await readFileProvenance(target, provenance, provenance.sha256);
  return entered !== null && ['upstream', 'index', 'made'].includes(entered.origin.type);
}

async function markPackage(
  { provenance: { channel, subdir, filename } }: Extract<NamedPublication, { kind: 'package' }>,
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
  { provenance: { project, fileName } }: Exclude<NamedPublication, { kind: 'package' }>,
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
