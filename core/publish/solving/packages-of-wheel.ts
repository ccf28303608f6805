import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { releaseRecords } from '../../made/made-release.ts';
import type { Sha256 } from '../../names/digest.ts';
import { type PackageName, packageNameSchema } from '../../names/package-name.ts';
import { parseSpecifier } from '../../names/pep440/specifier.ts';
import { specifierMatches } from '../../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../../names/project-name.ts';
import { isReserved } from '../../names/reserved-names.ts';
import { noarch } from '../../names/subdir.ts';
import { isForEveryPlatform, isForPython3 } from '../../names/wheel-file-name.ts';
import type { Problem } from '../../problems/problem.ts';
import type { ProjectFile } from '../../python-index/project-file.ts';
import type { MadeRequest } from '../../releases/made-record.ts';
import type { Reason } from '../../releases/release-files.ts';
import type { Wheel } from '../../wheel/read-wheel.ts';
import type { OfferedPackage, OwnChannel } from './own-channel.ts';
import { entriesOf, ownCondaName, wheelDependencies } from './wheel-dependencies.ts';

/** A wheel that is offered, read as a whole. */
export interface OfferedWheel {
  readonly wheel: Wheel;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
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
  const { wheel } = offered;
  const subject = wheel.fileName.fileName;
  const why = pipAlone(wheel);
  if (why !== null) return { packages: [], warnings: [{ code: 'publish.pip-only', subject, detail: why }] };
  const { allowlist, names } = own;
  const { platforms } = allowlist;
  const made = requestFor(offered, allowlist);
  if ('code' in made) return { problem: { ...made, subject } };
  const release = {
    from: 'wheel',
    file: fileOf(offered),
    name: wheel.fileName,
    version: wheel.fileName.version,
  } as const;
  const records = await releaseRecords(
    release,
    { metadata: wheel.metadata, leftOut: [] },
    {
      made,
      platforms: { own: platforms, all: platforms },
      index: 'simple',
      known: await names.pythons(),
      dependencies: wheelDependencies(made, own),
    },
  );
  if ('code' in records) return { problem: { ...inItsEntry(records, made), subject } };
  const packages = records.flatMap(({ filename, record, made: of }) =>
    of === undefined
      ? []
      : [
          {
            subdir: noarch,
            filename,
            record,
            name: made.name,
            build: of.build,
            depends: of.depends,
            timestamp: of.timestamp,
          },
        ],
  );
  return { packages, warnings: [] };
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
export function fileOf({ wheel, sha256, size }: OfferedWheel): ProjectFile {
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

/** What is asked of the package, as of one that is made for an entry: what entries for the wheel say of `depends` counts. */
function requestFor({ wheel, sha256 }: OfferedWheel, allowlist: Allowlist): MadeRequest | Reason {
  const { project, version } = wheel.fileName;
  const name = packageNameSchema.safeParse(ownCondaName(project, allowlist) ?? project).data;
  const specifier = parseSpecifier('');
  if (name === undefined || specifier === null) return noName(project);
  const entries = entriesOf(project, allowlist);
  if (!isReserved(name, allowlist.reserved) && !entries.some((entry) => entry.wheel === sha256))
    return foreignName(project, name);
  const own = entries.filter((entry) => {
    const versions = parseSpecifier(entry.specifier);
    return versions !== null && specifierMatches(versions, version, { prereleases: true });
  });
  const depends = own.flatMap((entry) => entry.depends);
  return { project, specifier, unpack: false, closesOnIndex: false, name, format: allowlist.packageFormat, depends };
}

const noName = (project: ProjectName): Reason => ({
  code: 'pypi.conda-name',
  detail: `${project} is longer than the name of a conda package may be`,
  hint: `give it another one: "condaNames": { "${project}": "NAME" } in the allowlist`,
});

const foreignName = (project: ProjectName, name: PackageName): Reason => ({
  code: 'publish.not-reserved',
  detail: `the conda package of ${project} would be called ${name}, which is none of your own names`,
  hint: `give it one of your own in "condaNames", or add "${name}" to "reserved" in the allowlist`,
});

/** A reason speaks of the entry that a package is made for; a published wheel needs none, until there is something to say. */
function inItsEntry({ hint, ...reason }: Reason, { project }: MadeRequest): Reason {
  const isOfEntry = reason.code === 'pypi.dependency' || reason.code === 'pypi.python';
  if (hint === undefined || !isOfEntry) return { ...reason, ...(hint !== undefined && { hint }) };
  return { ...reason, hint: `${hint}; its entry in the allowlist is { "pypi": "${project}" }` };
}
