import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { type PackageName, packageNameSchema } from '../../names/package-name.ts';
import { parseSpecifier } from '../../names/pep440/specifier.ts';
import { specifierMatches } from '../../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../../names/project-name.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { MadeRequest } from '../../releases/made-record.ts';
import type { Reason } from '../../releases/release-files.ts';
import type { OfferedWheel } from './packages-of-wheel.ts';
import { entriesOf } from './wheel-dependencies.ts';

/**
 * What is asked of the conda package of a published wheel, as of one that is made for an entry: what entries for this wheel
 * say of `depends` counts. Its name must be the organisation's own too, or an entry name the wheel.
 */
export function wheelRequest({ wheel, sha256 }: OfferedWheel, allowlist: Allowlist): MadeRequest | Reason {
  const { project, version } = wheel.fileName;
  const name = packageNameSchema.safeParse(allowlist.condaNames.get(project) ?? project).data;
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
