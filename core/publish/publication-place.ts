import {
  fileProvenanceKey,
  fileProvenancePrefix,
  type ObjectKey,
  packageKey,
  provenanceKey,
  provenancePrefix,
  simpleFileKey,
  usedFileNameKey,
  usedPackageNameKey,
} from '../layout/keys.ts';
import { type Side, stagedPath } from '../layout/sides.ts';
import { type PackageName, packageNameSchema } from '../names/package-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { NamedPublication } from './publication.ts';

/** What a file is called, where it lies in a store, and where what is known of it does. */
export interface PublicationPlace {
  readonly fileName: string;
  /** What the allowlist reserves or does not. */
  readonly name: ProjectName | PackageName;
  readonly version: string;
  readonly key: ObjectKey;
  readonly usedNameKey: ObjectKey;
  readonly provenanceKey: ObjectKey;
  /** Of all bytes that ever entered under the file name. */
  readonly provenancePrefix: string;
}

/** The place of a file in the store that it is published to, or in staging as a store of its own. */
export function placeOf(publication: NamedPublication): PublicationPlace {
  if (publication.kind === 'package') {
    const { channel, subdir, filename, sha256, record } = publication.provenance;
    return {
      fileName: filename,
      name: packageNameSchema.parse(record.name),
      version: record.version,
      key: packageKey(channel, subdir, filename),
      usedNameKey: usedPackageNameKey(subdir, filename),
      provenanceKey: provenanceKey(channel, subdir, filename, sha256),
      provenancePrefix: provenancePrefix(channel, subdir, filename),
    };
  }
  const { project, fileName, sha256, release } = publication.provenance;
  return {
    fileName,
    name: project,
    version: release,
    key: simpleFileKey(project, fileName),
    usedNameKey: usedFileNameKey(project, fileName),
    provenanceKey: fileProvenanceKey(project, fileName, sha256),
    provenancePrefix: fileProvenancePrefix(project, fileName),
  };
}

/** A key as clients ask for it: below `staging/` where that is what is published to. */
export const servedKey = (key: ObjectKey, to: Side): string => (to === 'channel' ? key : stagedPath(key));
