import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { releaseRecords } from '../../made/made-release.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { PackageName } from '../../names/package-name.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { Requirement } from '../../names/requirement/parse-requirement.ts';
import { noarch } from '../../names/subdir.ts';
import { isForEveryPlatform, isForPython3 } from '../../names/wheel-file-name.ts';
import type { Problem } from '../../problems/problem.ts';
import type { ProjectFile } from '../../python-index/project-file.ts';
import { specOf } from '../../releases/dependency-sets.ts';
import type { MadeRequest } from '../../releases/made-record.ts';
import type { Reason } from '../../releases/release-files.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import type { Wheel } from '../../wheel/read-wheel.ts';
import type { OfferedPackage, OwnChannel } from './own-channel.ts';
import type { PagedWheel } from './own-pages.ts';
import { tellLacking } from './tell-lacking.ts';
import { wheelDependencies } from './wheel-dependencies.ts';
import { wheelRequest } from './wheel-request.ts';

/** A wheel that is offered, read as a whole. */
export interface OfferedWheel {
  readonly wheel: Wheel;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  /** Of one that was staged, the conda packages that were made of it then: no others are made. */
  readonly already?: readonly OfferedPackage[];
}

/** A noarch package that a wheel becomes: what its own `info/index.json` will say, and what it is to be made with. */
export interface PackageOfWheel extends OfferedPackage {
  readonly name: PackageName;
  readonly build: string;
  readonly depends: readonly string[];
  /** Milliseconds since the epoch: the newest file in the wheel. */
  readonly timestamp: number;
}

/** One for each distinct set of what it needs; none for a wheel that is for pip alone, as a warning says. Or why none can be made. */
export type PackagesOfWheel =
  | { readonly packages: readonly PackageOfWheel[]; readonly warnings: readonly Problem[] }
  | { readonly problem: Problem };

/**
 * Works out which conda packages a published wheel becomes, over the allowlist's platforms and pythons, by what this
 * channel has and by nothing else. They are called as the project is, or as `condaNames` says.
 *
 * @throws GatehouseError where what is here cannot be read
 */
export async function packagesOfWheel(offered: OfferedWheel, own: OwnChannel): Promise<PackagesOfWheel> {
  const { fileName: subject } = offered.wheel.fileName;
  if (offered.already !== undefined) return { packages: offered.already.map(asMade), warnings: [] };
  const why = pipAlone(offered.wheel);
  if (why !== null) return { packages: [], warnings: [{ code: 'publish.pip-only', subject, detail: why }] };
  const made = wheelRequest(offered, own.allowlist);
  const records = 'code' in made ? made : await recordsOf(offered, made, own);
  if ('code' in records) return { problem: { ...records, subject } };
  const packages = records.flatMap(({ filename, record, made: of }) => {
    if (of === undefined) return [];
    const { build, depends, timestamp } = of;
    return [{ subdir: noarch, filename, record, name: record.name, build, depends, timestamp }];
  });
  return { packages, warnings: [] };
}

function asMade(one: OfferedPackage): PackageOfWheel {
  const { name, build, depends, timestamp = 0 } = one.record;
  return { ...one, name, build, depends, timestamp };
}

async function recordsOf(
  offered: OfferedWheel,
  made: MadeRequest,
  own: OwnChannel,
): Promise<readonly UpstreamRecord[] | Reason> {
  const { fileName: name, metadata } = offered.wheel;
  const { platforms } = own.allowlist;
  const known = await own.names.pythons();
  const absent = new Map<ProjectName, Requirement>();
  const records = await releaseRecords(
    { from: 'wheel', file: fileOf(offered), name, version: name.version },
    { metadata, leftOut: [] },
    {
      made,
      platforms: { own: platforms, all: platforms },
      index: 'simple',
      known,
      dependencies: wheelDependencies(made, own, absent),
    },
  );
  if ('code' in records) return known.length === 0 ? noPython : inItsEntry(records, made);
  return absent.size === 0 ? records : tellUnknown([...absent.values()], offered.wheel, own.allowlist);
}

function tellUnknown(unknown: readonly Requirement[], { fileName }: Wheel, allowlist: Allowlist): Reason {
  const by = `${fileName.project} ${fileName.version.text}`;
  const lacks = unknown.map(({ project, specifier }) => {
    const spec = specOf(project, specifier);
    const text = `${project}${specifier.text}`;
    const why = 'and no package of the channel is known to be it';
    return { name: project, text, by, why, line: JSON.stringify(spec.ok ? spec.text : project) };
  });
  const { hint, ...reason } = tellLacking('conda', lacks, allowlist);
  const otherwise = `where conda calls it otherwise, by that name, with "condaNames": { "${unknown[0]?.project}": "NAME" }`;
  return { ...reason, hint: hint === undefined ? otherwise : `${hint}; ${otherwise}` };
}

function pipAlone({ fileName, purelib }: Wheel): string | null {
  if (!isForEveryPlatform(fileName)) return 'is for some platforms alone, and only a pure wheel can be a conda package';
  if (!purelib) return 'does not say Root-Is-Purelib: true, and only a pure wheel can be a conda package';
  if (!isForPython3(fileName)) return 'is not for Python 3, and so becomes no conda package';
  const isLocal = fileName.version.local.length > 0;
  return isLocal
    ? `${fileName.version.text} is a local version, which conda orders otherwise: it becomes no conda package`
    : null;
}

/** The wheel as a page would list it, dated by the newest file in it, so that the same wheel gives the same package. */
function fileOf({ wheel, sha256, size }: OfferedWheel): ProjectFile {
  const { fileName, metadata, modified } = wheel;
  return {
    fileName: fileName.fileName,
    url: `simple/${fileName.project}/${fileName.fileName}`,
    page: 'simple',
    sha256,
    size,
    requiresPython: metadata.requiresPython,
    yanked: false,
    uploadTime: modified > 0 ? new Date(modified).toISOString() : null,
    metadata: true,
  };
}

const noPython: Reason = {
  code: 'pypi.python',
  detail: 'neither the allowlist nor the channel tells of a Python 3 that its conda package could be for',
  hint: 'add "python": ["3.12"] to the allowlist, and "python" and "pip" to "packages" for conda to have one',
};

/** A wheel as its project's page would have it. */
export const pageOf = (of: OfferedWheel): PagedWheel => ({
  project: of.wheel.fileName.project,
  file: fileOf(of),
  metadata: of.wheel.metadata,
});

/** A reason speaks of the entry that a package is made for; a published wheel needs none, until there is something to say. */
function inItsEntry({ hint, ...reason }: Reason, { project }: MadeRequest): Reason {
  const isOfEntry = reason.code === 'pypi.dependency' || reason.code === 'pypi.python';
  if (hint === undefined || !isOfEntry) return { ...reason, ...(hint !== undefined && { hint }) };
  return { ...reason, hint: `${hint}; its entry in the allowlist is { "pypi": "${project}" }` };
}
