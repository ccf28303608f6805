import { pinnedWheels } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { isOwnFile, soundFileProvenance } from '../documents/simple/file-provenance.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import { simpleFileKey } from '../layout/keys.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Store } from '../ports/store.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { PipIndex } from '../resolve/pip-index.ts';
import { storedIndex } from '../resolve/stored-index.ts';

/**
 * Our own pages as an index that is asked for the organisation's own projects. Of a reserved name it has what was published
 * or copied in, and not what an index gave before the name was reserved; of another, the wheels that entries name. What a
 * page says of python for some entry's sake is not the file's own.
 */
export function ownFiles(allowlist: Pick<Allowlist, 'entries' | 'reserved'>, store: Store): PipIndex {
  const pages = storedIndex(store);
  return {
    async files(project) {
      const listed = (await pages.files(project)) ?? [];
      const files = await Promise.all(listed.map((file) => ownFile(project, file, { allowlist, store })));
      return files.every((file) => file === null) ? null : files.filter((file) => file !== null);
    },
    metadata: (file) => pages.metadata(file),
  };
}

interface OwnFileWorld {
  readonly allowlist: Pick<Allowlist, 'entries' | 'reserved'>;
  readonly store: Store;
}

async function ownFile(project: ProjectName, file: ProjectFile, world: OwnFileWorld): Promise<ProjectFile | null> {
  const { fileName, sha256 } = file;
  const entered = sha256 && (await soundFileProvenance(world.store, { project, fileName }, sha256));
  if (!entered) return null;
  const isMeant = isReserved(project, world.allowlist.reserved)
    ? isOwnFile(entered) || (await wasPublished(project, fileName, world.store))
    : pinnedWheels(project, world.allowlist).includes(entered.sha256);
  return isMeant ? { ...file, url: simpleFileKey(project, fileName), requiresPython: entered.requiresPython } : null;
}

/** Of what an index gave: whether the organisation published these bytes since. */
async function wasPublished(project: ProjectName, fileName: DistributionFileName, store: Store): Promise<boolean> {
  return (await readProjectControl(store, project)).control.files[fileName]?.published !== undefined;
}
