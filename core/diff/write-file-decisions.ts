import { keepOwnWord } from '../documents/published/published.ts';
import { emptyProjectControl, type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import type { FileDecisions } from '../documents/simple/simple-plan.ts';
import { canonicalJson } from '../json/json.ts';
import { projectControlKey } from '../layout/keys.ts';
import { projectNameSchema } from '../names/project-name.ts';
import { updateJson } from '../store/update-json.ts';
import type { OverrideWorld } from './write-overrides.ts';

/**
 * Writes decisions on files for pip to control, each project under compare-and-swap. Safe to run twice: what control says
 * already is not written again.
 *
 * @throws GatehouseError `store.conflict` (retry); `json.invalid` when control is damaged
 */
export async function writeFileDecisions(
  decisions: FileDecisions,
  world: Omit<OverrideWorld, 'channel'>,
): Promise<void> {
  const { store, isCurrent = async () => true } = world;
  for (const [name, own] of Object.entries(decisions)) {
    const project = projectNameSchema.parse(name);
    const read = async () => {
      const { control, etag } = await readProjectControl(store, project);
      return etag === null ? null : { value: control, etag };
    };
    await updateJson<ProjectControl, null>(world, { key: projectControlKey(project), read }, async (control) => {
      const { files } = control ?? emptyProjectControl;
      const next = { ...files, ...keepOwnWord(own, files) };
      const isSaid = canonicalJson(next) === canonicalJson(files);
      return isSaid || !(await isCurrent()) ? null : { version: 1, files: next };
    });
  }
}
