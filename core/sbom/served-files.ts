import { z } from 'zod';
import { readIndex } from '../index/read-index.ts';
import { parseJson } from '../json/json.ts';
import { type ChannelName, projectPageKey } from '../layout/keys.ts';
import type { NamedBytes } from '../layout/named-bytes.ts';
import { sha256Schema } from '../names/digest.ts';
import { type DistributionFileName, distributionFileNameSchema } from '../names/distribution-file-name.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { versionOfFile } from '../names/release-version.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { RepodataRecord } from '../record/record.ts';
import { projectsWithState } from '../simple/projects-in.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

interface Served extends NamedBytes {
  readonly name: string;
  readonly version: string;
  readonly md5?: string | undefined;
  readonly license: string | null;
}

export interface ServedPackage extends Served {
  readonly kind: 'package';
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  readonly record: RepodataRecord;
}

export interface ServedDistribution extends Served {
  readonly kind: 'file';
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
}

/** A file that clients find in an index. */
export type IndexedFile = ServedPackage | ServedDistribution;

interface ServedWorld {
  readonly store: Store;
  readonly channel: ChannelName;
}

/**
 * Every package that the channel's indexes list, in their order.
 *
 * @param platform its own and those of `noarch`; null for all
 */
export async function servedPackages(platform: Subdir | null, world: ServedWorld): Promise<ServedPackage[]> {
  const subdirs = await subdirsOf(world, 'state');
  const wanted = platform === null ? subdirs : subdirs.filter((one) => one === platform || one === 'noarch');
  const found: ServedPackage[] = [];
  for (const subdir of wanted) {
    const index = (await readIndex(world.store, world.channel, subdir)) ?? new Map();
    for (const [filename, record] of index) found.push(packageOf(subdir, filename, record));
  }
  return found;
}

function packageOf(subdir: Subdir, filename: PackageFileName, record: RepodataRecord): ServedPackage {
  const { sha256, md5 } = record;
  if (sha256 === undefined)
    throw new GatehouseError('state.damaged', `the index of ${subdir} has no sha256 of ${filename}`);
  const { name, version } = packageFileParts(filename);
  const license = typeof record['license'] === 'string' ? record['license'] : null;
  return {
    kind: 'package',
    id: `${subdir}/${filename}`,
    sha256,
    md5,
    name,
    version,
    license,
    subdir,
    filename,
    record,
  };
}

const pageSchema = z.object({
  files: z.array(z.object({ filename: distributionFileNameSchema, hashes: z.object({ sha256: sha256Schema }) })),
});

/** Every file that the pip index lists. */
export async function servedDistributions({ store }: ServedWorld): Promise<ServedDistribution[]> {
  const found: ServedDistribution[] = [];
  for (const project of await projectsWithState(store)) {
    const key = projectPageKey(project, 'index.json');
    const page = await store.read(key);
    if (page === null) continue;
    for (const { filename, hashes } of parseJson(Buffer.from(page.bytes).toString('utf8'), pageSchema, key).files)
      found.push(distributionOf(project, filename, hashes.sha256));
  }
  return found;
}

function distributionOf(
  project: ProjectName,
  fileName: DistributionFileName,
  sha256: NamedBytes['sha256'],
): ServedDistribution {
  const version = versionOfFile(fileName, project) ?? '';
  const id = `simple/${project}/${fileName}`;
  return { kind: 'file', id, sha256, name: project, version, license: null, project, fileName };
}
