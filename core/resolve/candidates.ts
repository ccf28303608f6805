import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import { parseSpecifier, pinsVersion, type Specifier } from '../names/pep440/specifier.ts';
import { admittedVersions } from '../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../names/project-name.ts';
import { admitsPython } from '../names/requirement/any-patch.ts';
import { parseSdistFileName } from '../names/sdist-file-name.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import { type WheelTarget, wheelFits } from '../names/wheel-fits.ts';
import type { ProjectFile } from '../python-index/project-file.ts';

/** A release of a project that pip could install on a target. */
export interface PipRelease {
  readonly project: ProjectName;
  readonly version: Pep440Version;
  /** The wheels that fit, the one that pip takes first. Of a release with yanked wheels and others, the others. */
  readonly files: readonly [ProjectFile, ...ProjectFile[]];
  /** Whether all of its wheels are (PEP 592). */
  readonly yanked: boolean;
}

/** A file that pip passes over on a target, and why, as a sentence fragment that follows its name. */
interface PassedOverFile {
  readonly file: ProjectFile;
  readonly version: Pep440Version;
  readonly why: string;
}

/** What a project's files are on a target. */
export interface ProjectCandidates {
  /** Newest first. */
  readonly releases: readonly PipRelease[];
  readonly passedOver: readonly PassedOverFile[];
}

/**
 * Sorts a project's files into those that pip could install on a target and those that it could not. Only wheels, for
 * nothing of a package is run to build one; and only such as the index gives a sha256 of. A `Requires-Python` that is no
 * specifier asks for nothing, as in pip.
 */
export function candidatesOf(
  project: ProjectName,
  files: readonly ProjectFile[],
  target: WheelTarget,
): ProjectCandidates {
  const placed = files.flatMap((file) => placedFile(file, project, target) ?? []);
  const fitting = placed.flatMap((one) => ('wheel' in one ? [one] : []));
  fitting.sort(
    (a, b) => comparePep440(b.version, a.version) || rank(b.wheel, target) - rank(a.wheel, target) || byName(a, b),
  );
  return { releases: releasesOf(project, fitting), passedOver: placed.flatMap((one) => ('why' in one ? [one] : [])) };
}

interface FittingWheel {
  readonly file: ProjectFile;
  readonly wheel: WheelFileName;
  readonly version: Pep440Version;
}

function placedFile(
  file: ProjectFile,
  project: ProjectName,
  target: WheelTarget,
): FittingWheel | PassedOverFile | null {
  const read = parseWheelFileName(file.fileName);
  if (read.ok) {
    const { wheel } = read;
    const why = misfit(file, wheel, target);
    return { file, version: wheel.version, ...(why === null ? { wheel } : { why }) };
  }
  const sdist = parseSdistFileName(file.fileName, project);
  return sdist && { file, version: sdist.version, why: 'is only a source distribution' };
}

function misfit(file: ProjectFile, wheel: WheelFileName, target: WheelTarget): string | null {
  const bounds = parseSpecifier(file.requiresPython ?? '');
  if (bounds !== null && !admitsPython(bounds, `3.${target.pythonMinor}`)) return `is for python ${bounds.text}`;
  if (!wheelFits(wheel, target)) return 'is for another platform or python';
  return file.sha256 === null ? 'comes without a sha256' : null;
}

/**
 * Which of two wheels of a release pip takes: one for the platform before one for any, for this python's ABI before the
 * stable one, then by its python, a later build before an earlier. Of two that differ in their glibc or macOS alone the
 * metadata is one.
 */
function rank({ abis, pythons, platforms, build }: WheelFileName, { pythonMinor }: WheelTarget): number {
  const abi = abis.some((one) => one.startsWith('cp3')) ? 3 : abis.includes('abi3') ? 2 : 1;
  const place = platforms.includes('any') ? 0 : abi;
  const python = Math.max(...pythons.map((tag) => pythonRank(tag, pythonMinor)));
  return (place * 2 ** 8 + python) * 2 ** 32 + Math.min(Number(build?.number ?? -1n), 2 ** 32 - 2);
}

/** `cp312`, `py312`, `py3`, and then those of earlier pythons from the latest on (`packaging.tags`). */
function pythonRank(tag: string, minor: number): number {
  if (tag === 'py3') return 100;
  const own = /^(cp|py)3(\d{1,2})$/.exec(tag);
  const tagged = Number(own?.[2] ?? -1);
  if (tagged === minor) return own?.[1] === 'cp' ? 102 : 101;
  return tagged < minor ? Math.max(tagged, 0) : 0;
}

const byName = (a: FittingWheel, b: FittingWheel): number => (a.file.fileName < b.file.fileName ? -1 : 1);

/** `1.0` and `1.0.0` are one release. */
function releasesOf(project: ProjectName, sorted: readonly FittingWheel[]): PipRelease[] {
  const groups: FittingWheel[][] = [];
  for (const one of sorted) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && comparePep440(last[0].version, one.version) === 0) last.push(one);
    else groups.push([one]);
  }
  return groups.flatMap((group) => {
    const sound = group.filter(({ file }) => file.yanked === false);
    const [first, ...others] = sound.length > 0 ? sound : group;
    if (first === undefined) return [];
    const files = [first.file, ...others.map(({ file }) => file)] as const;
    return [{ project, version: first.version, files, yanked: sound.length === 0 }];
  });
}

/**
 * The releases that fulfil all these specifiers, newest first, as pip has them: pre-releases as PEP 440 lets them in, and
 * yanked ones only where a version is pinned and there is nothing else (PEP 592).
 */
export function admitted(releases: readonly PipRelease[], specifiers: readonly Specifier[]): readonly PipRelease[] {
  const both = allOf(specifiers);
  const fitting = admittedVersions(both, releases, ({ version }) => version);
  const sound = fitting.filter(({ yanked }) => !yanked);
  return sound.length === 0 && pinsVersion(both) ? fitting : sound;
}

/** One specifier that holds when all of these do. */
export const allOf = (specifiers: readonly Specifier[]): Specifier => ({
  text: specifiers.flatMap(({ text }) => (text === '' ? [] : [text])).join(','),
  clauses: specifiers.flatMap(({ clauses }) => clauses),
});
