import { refuse, shown } from '../archive/finding.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import type { SetupArguments } from './setup-arguments.ts';

/** A file of an sdist, and where it goes in the wheel. */
export interface ChosenFile {
  readonly from: string;
  readonly to: string;
}

/**
 * The one `.egg-info` of the project, at the top or one folder down: test data of other projects may lie deeper.
 *
 * @throws GatehouseError `package.refused` with `sdist.egg-info`
 */
export function eggInfoOf(paths: readonly string[], project: ProjectName): string {
  const found = new Set<string>();
  for (const path of paths) {
    const [, folder = '', name = ''] = /^((?:[^/]+\/)?([^/]+)\.egg-info)\//.exec(path) ?? [];
    if (parseProjectName(name) === project) found.add(folder);
  }
  const [only, ...more] = found;
  if (only === undefined)
    refuse('sdist.egg-info', `no .egg-info of ${project}: only its build would tell what is in it`);
  if (more.length > 0) refuse('sdist.egg-info', `several of ${project}: ${shown([...found].join(', '))}`);
  return only;
}

/** Where modules lie when they are not beside the `.egg-info` (right for 41 of 52 real sdists). */
const usualFolders = ['', 'src/', 'lib/', 'python3/'];

/**
 * The files of each name of `top_level.txt`: `NAME.py`, and all below `NAME/`.
 *
 * @throws GatehouseError `package.refused` with `sdist.top-level` for a name that is none or has no files, and
 *   `sdist.built` where sources lie beside the modules that a compiler makes modules of
 */
export function chooseModules(paths: readonly string[], eggInfo: string, topLevel: string): ChosenFile[] {
  const names = topLevelNames(topLevel);
  const beside = eggInfo.slice(0, eggInfo.lastIndexOf('/') + 1);
  const nameOf = (base: string, path: string) => (path.startsWith(base) ? moduleName(path.slice(base.length)) : '');
  const base = [beside, ...usualFolders].find((folder) => paths.some((path) => names.has(nameOf(folder, path)))) ?? '';
  const found = paths.filter((path) => names.has(nameOf(base, path)) && !isBytecode(path));
  const present = new Set(found.map((path) => nameOf(base, path)));
  const missing = [...names].find((name) => !present.has(name));
  if (missing !== undefined)
    refuse('sdist.top-level', `there is no file of ${shown(missing)}, which top_level.txt names`);
  const native = found.find((path) => /\.(?:c|cc|cpp|cxx|pyx|f|f90|rs|so|pyd|dylib)$/i.test(path));
  if (native !== undefined) refuse('sdist.built', `${shown(native)} is compiled when setup.py is run`);
  return found.map((from) => ({ from, to: from.slice(base.length) }));
}

function topLevelNames(text: string): Set<string> {
  const names = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  const given = names.filter((name) => name !== '');
  const strange = given.find((name) => !/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name));
  if (strange !== undefined || given.length === 0) {
    refuse('sdist.top-level', `top_level.txt has ${strange === undefined ? 'no name' : shown(strange)}`);
  }
  return new Set(given);
}

/** What is imported to have this file: `a` of `a.py` and of all below `a/`; empty for what is no module. */
function moduleName(path: string): string {
  const end = path.indexOf('/');
  if (end >= 0) return path.slice(0, end);
  return path.endsWith('.py') ? path.slice(0, -'.py'.length) : '';
}

const isBytecode = (path: string): boolean => /\.py[co]$/.test(path);

/**
 * Scripts and data files that `setup.py` names by literals.
 *
 * @throws GatehouseError `package.refused` with `sdist.setup-py` for a file that is not there or a folder outside
 */
export function chooseArguments(paths: readonly string[], args: SetupArguments, stem: string) {
  const known = new Set(paths);
  const chosen = (path: string, folder: string): ChosenFile => {
    const from = path.replace(/^(?:\.\/)+/, '');
    if (!known.has(from)) refuse('sdist.setup-py', `setup.py names ${shown(path)}, which is not there`);
    return { from, to: `${stem}.data/${folder}/${from.slice(from.lastIndexOf('/') + 1)}` };
  };
  const scripts = args.scripts.map((path) => chosen(path, 'scripts'));
  const data = args.dataFiles.flatMap(({ folder, paths: listed }) => {
    const parts = folder.replace(/\/+$/, '').split('/');
    const outside = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:]/.test(part));
    if (outside) refuse('sdist.setup-py', `setup.py has data for the folder ${shown(folder)}`);
    return listed.map((path) => chosen(path, `data/${parts.join('/')}`));
  });
  return { scripts: eachOnce(scripts), data: eachOnce(data) };
}

/** A walk passes each file once, so it can go to one place. */
function eachOnce(files: readonly ChosenFile[]): readonly ChosenFile[] {
  const seen = new Set<string>();
  for (const { from } of files) {
    if (seen.has(from)) refuse('sdist.setup-py', `setup.py names ${shown(from)} twice`);
    seen.add(from);
  }
  return files;
}

/** Licences at the top, by the metadata or by the names that people give them. */
export function chooseLicences(paths: readonly string[], named: readonly string[], stem: string): ChosenFile[] {
  const known = new Set(named);
  const isLicence = (path: string) => known.has(path) || /^(?:LICEN|COPYING)[^/]*$/i.test(path);
  return paths.filter(isLicence).map((from) => ({ from, to: `${stem}.dist-info/licenses/${from}` }));
}
