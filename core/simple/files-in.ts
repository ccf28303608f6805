import { simplePrefix } from '../layout/keys.ts';
import { simplePlace } from '../layout/simple-place.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import type { StrayCollector } from '../store/strays.ts';

/** What lies in a project's folder under the name of one file: at least one of the two. */
export interface FilesAt {
  readonly fileName: DistributionFileName;
  readonly file: ObjectHead | null;
  /** Of a wheel alone. */
  readonly metadata: ObjectHead | null;
}

/** A project's files, in order of name. @param strays takes what is none of them, nor a page */
export async function filesIn(project: ProjectName, store: Store, strays?: StrayCollector): Promise<FilesAt[]> {
  const found = new Map<DistributionFileName, FilesAt>();
  for await (const head of store.list(simplePrefix(project), strays?.passedOver ?? (() => {}))) {
    strays?.object(head.key);
    const place = simplePlace(head.key);
    if (place.kind !== 'file' && place.kind !== 'metadata') continue;
    const { fileName, kind } = place;
    found.set(fileName, { ...(found.get(fileName) ?? { fileName, file: null, metadata: null }), [kind]: head });
  }
  return [...found.values()];
}
