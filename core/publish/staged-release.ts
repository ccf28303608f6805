import { readProvenance, wheelOf } from '../documents/provenance.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { normalProjectName } from '../names/normal-project-name.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { isSameVersion, versionOfFile } from '../names/release-version.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import type { Store } from '../ports/store.ts';
import { madeBuild } from '../releases/made-record.ts';
import { filesIn } from '../simple/files-in.ts';
import { type ListedPackage, listPackages } from '../store/list-packages.ts';
import { storedDigests } from '../store/stored-digests.ts';

/** A file that is staged, and the version it is of, as its name spells it. */
interface StagedFile {
  readonly key: ObjectKey;
  readonly fileName: string;
  readonly version: string;
}

export interface StagedRelease {
  /** Of the release: wheels, source distributions, conda packages of the name or made of the wheels. */
  readonly files: readonly StagedFile[];
  /** All that are staged of the name. */
  readonly versions: readonly string[];
}

/** Finds a release in staging by its name, however it is spelt, and by its version, as PEP 440 compares it. */
export async function stagedRelease(project: ProjectName, version: string, staging: Store): Promise<StagedRelease> {
  const files: StagedFile[] = [];
  const versions = new Set<string>();
  for await (const file of stagedFiles(project, version, staging)) {
    versions.add(file.version);
    if (isSameVersion(file.version, version)) files.push(file);
  }
  return { files, versions: [...versions].sort() };
}

async function* stagedFiles(project: ProjectName, version: string, staging: Store): AsyncGenerator<StagedFile> {
  for (const { fileName, file } of await filesIn(project, staging)) {
    const of = versionOfFile(fileName, project);
    if (file !== null && of !== null) yield { key: file.key, fileName, version: of };
  }
  for await (const listed of listPackages(staging, 'conda')) {
    const own = packageFileParts(listed.filename);
    const isNamed = normalProjectName(own.name) === project;
    const isAsked = own.build.startsWith(madeBuild) && isSameVersion(own.version, version);
    if (!isNamed && !(isAsked && (await isMadeOf(project, listed, staging)))) continue;
    yield { key: listed.key, fileName: listed.filename, version: own.version };
  }
}

/** `condaNames` may call a project otherwise in conda. */
async function isMadeOf(
  project: ProjectName,
  { key, subdir, filename }: ListedPackage,
  staging: Store,
): Promise<boolean> {
  const object = await staging.get(key);
  if (object === null) return false;
  const place = { channel: 'conda', subdir, filename } as const;
  const entered = await readProvenance(staging, place, (await storedDigests(object)).sha256);
  const wheel = entered && parseWheelFileName(wheelOf(entered)?.fileName ?? '');
  return wheel?.ok === true && wheel.wheel.project === project;
}
