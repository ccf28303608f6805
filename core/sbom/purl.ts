import type { PackageFileName } from '../names/package-file-name.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';

/**
 * The package URL of a conda package: https://github.com/package-url/purl-spec, `types/conda-definition.json`.
 *
 * @param channel the name or URL of the channel it is from
 */
export function condaPurl(subdir: Subdir, filename: PackageFileName, channel: string): string {
  const { name, version, build, format } = packageFileParts(filename);
  const type = format.slice(1);
  return `pkg:conda/${encoded(name)}@${encoded(version)}${qualifiers({ build, channel, subdir, type })}`;
}

/** The package URL of a release of a Python project, and of one file of it where it is named. */
export function pypiPurl(project: string, version: string | null, fileName: string | null = null): string {
  const release = version === null ? '' : `@${encoded(version)}`;
  return `pkg:pypi/${encoded(project)}${release}${fileName === null ? '' : qualifiers({ file_name: fileName })}`;
}

/** In the order of their keys, as the specification has it. */
const qualifiers = (given: Readonly<Record<string, string>>): string =>
  `?${Object.keys(given)
    .sort()
    .map((key) => `${key}=${encoded(given[key] ?? '')}`)
    .join('&')}`;

/** All but letters, digits, `.`, `-`, `_`, `~` and `:` (purl-spec, "Character encoding"). */
const encoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
