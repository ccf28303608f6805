import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import { pinsVersion, type Specifier } from '../names/pep440/specifier.ts';
import { admittedVersions, specifierMatches } from '../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../names/project-name.ts';
import { parseSdistFileName, type SdistFileName, sdistFormats } from '../names/sdist-file-name.ts';
import { isForEveryPlatform, isForPython3, parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import type { Problem } from '../problems/problem.ts';
import type { ProjectFile } from '../python-index/project-file.ts';

/** Why nothing comes of an entry, but for its name. */
export type Reason = Omit<Problem, 'subject'>;

export interface WantedReleases {
  readonly project: ProjectName;
  readonly specifier: Specifier;
  /** Whether an sdist will do where there is no wheel. */
  readonly unpack: boolean;
}

/** The one file of a release that a package is made of. */
export type ReleaseFile = { readonly file: ProjectFile; readonly version: Pep440Version } & (
  | { readonly from: 'wheel'; readonly name: WheelFileName }
  | { readonly from: 'sdist'; readonly name: SdistFileName }
);

/** Each is read, and is a candidate of the solver's: a project's newest hold all that anybody installs. */
const maxReleases = 20;
/** An sdist is downloaded and read as a whole while planning. */
const maxSdists = 3;

/**
 * Chooses of a project's page the files to make packages of: of the newest releases that the specifier lets in (PEP 440,
 * "Handling of pre-releases"; PEP 592 for yanked files) a wheel for every platform each, or an sdist where that will do.
 *
 * @returns newest first, at least one; or why there is none
 */
export function chooseReleaseFiles(files: readonly ProjectFile[], wanted: WantedReleases): ReleaseFile[] | Reason {
  const { project, specifier } = wanted;
  const known = files.flatMap((file) => named(file, project));
  const isPin = pinsVersion(specifier);
  const offered = known.filter(({ file, version }) => version.local.length === 0 && (isPin || file.yanked === false));
  const fitting = admittedVersions(specifier, offered, ({ version }) => version);
  fitting.sort((a, b) => comparePep440(b.version, a.version));
  const releases = groupAlike(fitting).slice(0, maxReleases);
  const [newest] = releases;
  if (newest === undefined) return noRelease(wanted, known);
  const chosen = releases.flatMap((release) => bestWheel(release) ?? (wanted.unpack ? bestSdist(release) : null) ?? []);
  let sdists = 0;
  const bounded = chosen.filter(({ from }) => from === 'wheel' || sdists++ < maxSdists);
  return bounded.length > 0 ? bounded : noWheel(newest, wanted);
}

function named(file: ProjectFile, project: ProjectName): ReleaseFile[] {
  const wheel = parseWheelFileName(file.fileName);
  if (wheel.ok) return [{ from: 'wheel', file, name: wheel.wheel, version: wheel.wheel.version }];
  const sdist = parseSdistFileName(file.fileName, project);
  return sdist === null ? [] : [{ from: 'sdist', file, name: sdist, version: sdist.version }];
}

/** Neighbours of equal versions together: `1.0` and `1.0.0` are one release. */
function groupAlike(sorted: readonly ReleaseFile[]): ReleaseFile[][] {
  const groups: ReleaseFile[][] = [];
  for (const one of sorted) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && comparePep440(last[0].version, one.version) === 0) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

function bestWheel(release: readonly ReleaseFile[]): ReleaseFile | null {
  const pure = release.filter((one) => one.from === 'wheel' && isForEveryPlatform(one.name) && isForPython3(one.name));
  return pure.sort((a, b) => rank(b) - rank(a) || (a.file.fileName < b.file.fileName ? -1 : 1))[0] ?? null;
}

/** A wheel for any Python 3 before one for some, and a later build before an earlier one. */
function rank(one: ReleaseFile): number {
  if (one.from === 'sdist') return 0;
  return (one.name.pythons.includes('py3') ? 2 ** 32 : 0) + Math.min(Number(one.name.build?.number ?? 0n), 2 ** 32 - 1);
}

function bestSdist(release: readonly ReleaseFile[]): ReleaseFile | null {
  const sdists = release.flatMap((one) => (one.from === 'sdist' ? [one] : []));
  return sdists.sort((a, b) => sdistFormats.indexOf(a.name.format) - sdistFormats.indexOf(b.name.format))[0] ?? null;
}

function noRelease({ project, specifier }: WantedReleases, known: readonly ReleaseFile[]): Reason {
  const local = known.find(({ version }) => version.local.length > 0 && fits(specifier, version));
  if (local !== undefined) {
    const detail = `${project} ${local.version.text} is a local version, which conda orders otherwise`;
    return { code: 'pypi.no-wheel', detail };
  }
  const versions = [...new Set(known.map(({ version }) => version.text))].slice(-10);
  const there = versions.length === 0 ? 'it has no release that can be read' : `there are ${versions.join(', ')}`;
  const asked = specifier.text === '' ? 'at all' : `for ${specifier.text}`;
  return { code: 'pypi.no-release', detail: `no release of ${project} ${asked} that is not yanked; ${there}` };
}

const fits = (specifier: Specifier, version: Pep440Version): boolean =>
  specifierMatches(specifier, version, { prereleases: true });

const maxNamesTold = 5;

function noWheel(newest: readonly ReleaseFile[], { project, unpack }: WantedReleases): Reason {
  const sdist = bestSdist(newest);
  const names = newest.map(({ file }) => file.fileName);
  const more = names.length > maxNamesTold ? ` and ${names.length - maxNamesTold} more` : '';
  const version = newest[0]?.version.text ?? '';
  const only = `${names.slice(0, maxNamesTold).join(', ')}${more}`;
  const detail = `${project} ${version} has no wheel for every platform, only ${only}`;
  if (sdist === null || unpack) return { code: 'pypi.no-wheel', detail };
  const hint = `add "sdist": "unpack" to the entry: then ${sdist.file.fileName} is read, and nothing of it is run`;
  return { code: 'pypi.no-wheel', detail, hint };
}
