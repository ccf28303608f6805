import { collectFindings, type Finding, type Report, refuse } from '../archive/finding.ts';
import { defaultLimits, type ReadLimits } from '../archive/limits.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { SdistFileName } from '../names/sdist-file-name.ts';
import { decodeUtf8 } from '../package/package-info.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { checkRelease, parseCoreMetadata } from '../wheel/core-metadata.ts';
import { parseCommands } from '../wheel/entry-points.ts';
import { type ChosenFile, chooseArguments, chooseLicences, chooseModules, eggInfoOf } from './choose-files.ts';
import { parseRequiresTxt } from './requires-txt.ts';
import { readSetupArguments, type SetupArguments } from './setup-arguments.ts';
import { type SdistFile, type SdistSurvey, surveySdist, walkSdist } from './walk-sdist.ts';
import { checkMetadata, wheelMetadata } from './wheel-metadata.ts';

/** What a source distribution holds, told without running anything of it. */
export interface Sdist {
  /** `networkx-1.10`, as a wheel's folders are named for it. */
  readonly stem: string;
  readonly version: Pep440Version;
  /** What goes into a wheel, in groups that each have the sdist's own order and no file twice. */
  readonly modules: readonly ChosenFile[];
  readonly scripts: readonly ChosenFile[];
  readonly data: readonly ChosenFile[];
  readonly licences: readonly ChosenFile[];
  /** Texts of the wheel's `.dist-info`, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** `sdist.left-out`: what running `setup.py` would add; and what is odd but sound. */
  readonly findings: readonly Finding[];
  /** The newest time of a file, in milliseconds since the epoch. */
  readonly modified: number;
  /** The files again, from the start at each call. */
  walk(): AsyncIterable<SdistFile>;
}

/** `ruamel_yaml-1.0`: how a wheel's file and its folders are named for a release. */
export const wheelStemOf = (project: ProjectName, version: Pep440Version): string =>
  `${project.replaceAll('-', '_')}-${version.text}`;

const mebi = 1024 ** 2;
/** An sdist is decoded up to ten times until its wheel is written. PyPI takes files of 100 MiB. */
const limits: ReadLimits = { ...defaultLimits, compressedBytes: 256 * mebi, totalBytes: 1024 * mebi };

/**
 * Reads a source distribution that setuptools made: which files are its modules, by the `.egg-info` in it, and what it
 * says of itself, as its author built it. Nothing of it is run, so what only running would tell is refused or named.
 * Memory is bounded by the limits' name bytes and 4 MiB of texts, whose lines take 60 times as much at most.
 *
 * @throws GatehouseError `package.refused` with `sdist.*`, `metadata.*`, `wheel.entry-point`, or a code of the archive
 */
export async function readSdist(
  source: ByteSource,
  { project, fileName, version, format }: SdistFileName & { readonly project: ProjectName },
): Promise<Sdist> {
  if (source.size > limits.compressedBytes) refuse('A13.compressed', `${fileName} has ${source.size} bytes`);
  const { report, list } = collectFindings();
  const walk = () => walkSdist({ source, format, limits });
  const survey = await surveySdist(walk());
  const eggInfo = eggInfoOf(survey.paths, project);
  const text = (name: string) => decodeUtf8(survey.texts.get(`${eggInfo}/${name}`) ?? new Uint8Array(), name);
  const metadata = parseCoreMetadata(survey.texts.get(`${eggInfo}/PKG-INFO`) ?? new Uint8Array(), 'PKG-INFO', report);
  checkRelease(metadata, { project, version }, 'PKG-INFO');
  const requirements = parseRequiresTxt(text('requires.txt'));
  checkMetadata(metadata, { atTop: survey.texts.get('PKG-INFO'), requirements }, report);
  const entryPoints = text('entry_points.txt');
  parseCommands(entryPoints);
  const stem = wheelStemOf(project, version);
  const modules = chooseModules(survey.paths, eggInfo, text('top_level.txt'));
  const given = setupArguments(survey, report);
  const licences = chooseLicences(survey.paths, metadata.headers.all('License-File'), stem);
  const texts = new Map([
    ['METADATA', wheelMetadata(metadata, requirements)],
    ['entry_points.txt', entryPoints],
    ['top_level.txt', text('top_level.txt')],
  ]);
  const chosen = { modules, ...chooseArguments(survey.paths, given, stem), licences };
  return { stem, version, ...chosen, texts, findings: list(), modified: survey.modified, walk };
}

/** What `setup.py` gives to `setup()`; settings of the same meaning in other files are named only. */
function setupArguments({ texts }: SdistSurvey, report: Report): SetupArguments {
  const read = (name: string) => {
    const bytes = texts.get(name);
    return bytes === undefined ? null : decodeUtf8(bytes, name);
  };
  const setup = read('setup.py');
  const given = setup === null ? { scripts: [], dataFiles: [], unread: [] } : readSetupArguments(setup);
  const [setupCfg, pyproject] = [read('setup.cfg') ?? '', read('pyproject.toml') ?? ''];
  if (/^[ \t]*(?:ext[-_]modules|use_2to3)[ \t]*=|^\[\[tool\.setuptools\.ext-modules\]\]/m.test(setupCfg + pyproject)) {
    refuse('sdist.built', 'setup.cfg or pyproject.toml says that modules are built');
  }
  for (const argument of given.unread) report('sdist.left-out', `${argument} of setup.py`);
  if (/^[ \t]*(?:scripts|data_files)[ \t]*[=:]|^\[options\.data_files\]/m.test(setupCfg)) {
    report('sdist.left-out', 'scripts or data files of setup.cfg');
  }
  if (/^[ \t]*(?:script-files|data-files)[ \t]*=|^\[tool\.setuptools\.data-files\]/m.test(pyproject)) {
    report('sdist.left-out', 'scripts or data files of pyproject.toml');
  }
  return given;
}
