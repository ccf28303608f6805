import type { DistributionFileName } from './distribution-file-name.ts';
import { type Pep440Version, pep440Version } from './pep440/pep440-version.ts';
import type { ProjectName } from './project-name.ts';
import { parseSdistFileName, type SdistFileName } from './sdist-file-name.ts';
import { parseWheelFileName, type WheelFileName } from './wheel-file-name.ts';

/** What the name of a file of a project's release says. */
type NamedFile =
  | { readonly kind: 'wheel'; readonly version: Pep440Version; readonly name: WheelFileName }
  | { readonly kind: 'sdist'; readonly version: Pep440Version; readonly name: SdistFileName };

/** Reads the name of a wheel or source distribution of this project; null when it is none of its. */
export function parseNamedFile(project: ProjectName, fileName: DistributionFileName): NamedFile | null {
  const wheel = parseWheelFileName(fileName);
  if (wheel.ok) {
    const { version } = wheel.wheel;
    return wheel.wheel.project === project ? { kind: 'wheel', version, name: wheel.wheel } : null;
  }
  const name = parseSdistFileName(fileName, project);
  return name && { kind: 'sdist', version: name.version, name };
}

/**
 * The same for file names between which an installer cannot choose: of one version, build and set of tags, or source
 * distributions of one version and format. Project names have many spellings, and tags any order and case.
 */
export function namedFileIdentity({ kind, version, name }: NamedFile): string {
  if (kind === 'sdist') return `${version.text} ${name.format}`;
  const { build, pythons, abis, platforms } = name;
  const tags = [pythons, abis, platforms].map((set) => [...set].sort().join('.'));
  return [version.text, build === null ? '' : `${build.number}${build.rest}`, ...tags].join(' ');
}

/**
 * The one spelling of a file's name: `Acme.Tool-1.0.0-py3-none-any.whl` is `acme_tool-1.0-py3-none-any.whl`. What names no
 * file of the project stays as it is.
 */
export function oneSpelling(project: ProjectName, fileName: DistributionFileName): string {
  const file = parseNamedFile(project, fileName);
  if (file === null) return fileName;
  const release = `${project.replaceAll('-', '_')}-${shortVersion(file.version)}`;
  if (file.kind === 'sdist') return `${release}${file.name.format}`;
  const { build, pythons, abis, platforms } = file.name;
  const tags = [pythons, abis, platforms].map((set) => [...new Set(set)].sort().join('.'));
  const number = build === null ? [] : [`${build.number}${build.rest}`];
  return `${[release, ...number, ...tags].join('-')}.whl`;
}

/** PEP 440 takes 1, 1.0 and 1.0.0 for one version: here 1.0. */
function shortVersion(version: Pep440Version): string {
  const last = version.release.findLastIndex((part) => part !== 0n);
  const [major = 0n, minor = 0n, ...rest] = version.release.slice(0, last + 1);
  return pep440Version({ ...version, release: [major, minor, ...rest] }).text;
}
