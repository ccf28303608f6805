import { type Report, refuse, shown } from '../archive/finding.ts';
import type { TarFile } from '../archive/tar/write-tar.ts';
import { digestStream } from '../names/digest.ts';
import type { PackagedFile } from '../package/write-conda.ts';
import type { WheelFile } from './check-record.ts';
import { replaceStart } from './first-line.ts';
import type { Wheel } from './read-wheel.ts';
import type { RecordedFile } from './record.ts';

/** A file of a wheel where it lies in a `noarch: python` package, and how `RECORD` names it once it is installed. */
export interface PlacedFile extends TarFile, PackagedFile {
  readonly recorded: RecordedFile;
}

/**
 * Says where each file of a wheel goes: `site-packages/`, the prefix itself for `.data/data`, `python-scripts/`. Left
 * out are `RECORD`, which is written anew, its signatures, what an installer writes (`INSTALLER`, `REQUESTED`,
 * `direct_url.json`), and `__pycache__`, which conda fills for the Python it finds.
 *
 * @throws GatehouseError `package.refused` with `wheel.scheme`, `wheel.data-path` or `wheel.bytecode`
 */
export async function placeFiles(wheel: Wheel, report: Report): Promise<PlacedFile[]> {
  const placed: PlacedFile[] = [];
  for (const file of wheel.files) {
    if (isLeftOut(file.path, wheel.stem)) continue;
    if (file.path.endsWith('.pyc')) placeBytecode(file, report);
    else placed.push(await placeFile(file, wheel.stem));
  }
  return placed;
}

const writtenByInstallers = ['RECORD', 'RECORD.jws', 'RECORD.p7s', 'INSTALLER', 'REQUESTED', 'direct_url.json'];

const isLeftOut = (path: string, stem: string): boolean =>
  writtenByInstallers.some((name) => path === `${stem}.dist-info/${name}`);

function placeBytecode({ path }: WheelFile, report: Report): void {
  if (!path.split('/').includes('__pycache__')) {
    refuse('wheel.bytecode', `${shown(path)} is compiled for one version of Python`);
  }
  report('wheel.pycache', `${shown(path)} is left out: conda compiles for the Python it finds`);
}

async function placeFile(file: WheelFile, stem: string): Promise<PlacedFile> {
  const { scheme, path } = schemeOf(file.path, stem);
  switch (scheme) {
    case 'purelib':
    case 'platlib':
      return placedAt(file, `site-packages/${path}`, path);
    case 'data':
      checkDataPath(path);
      return placedAt(file, path, `${prefixFromSitePackages}/${path}`);
    case 'scripts':
      return placeScript(file, path);
    case 'headers':
      return refuse('wheel.scheme', `${shown(file.path)}: where headers go depends on the version of Python`);
    default:
      return refuse('wheel.scheme', `${shown(file.path)} is of no known scheme`);
  }
}

function schemeOf(path: string, stem: string): { scheme: string; path: string } {
  const folder = `${stem}.data/`;
  if (!path.startsWith(folder)) return { scheme: 'purelib', path };
  const rest = path.slice(folder.length);
  const end = rest.indexOf('/');
  return end < 0 ? { scheme: '', path: rest } : { scheme: rest.slice(0, end), path: rest.slice(end + 1) };
}

/** From site-packages, which lies three folders deep. On Windows it is one folder less, which no noarch package can say. */
const prefixFromSitePackages = '../../..';

function placedAt({ sha256, size, executable, open }: WheelFile, path: string, recordPath: string): PlacedFile {
  const recorded = { path: recordPath, content: { sha256, size } };
  return { path, sha256, size, mode: executable ? 0o755 : 0o644, open, recorded };
}

/** Folders with a meaning of their own in a package (CEP 34), compared without case for file systems that do so. */
const ownFolders = new Set(['info', 'conda-meta', 'site-packages', 'python-scripts']);

function checkDataPath(path: string): void {
  const [first = ''] = path.toLowerCase().split('/');
  if (ownFolders.has(first)) refuse('wheel.data-path', `data at ${shown(path)}`);
}

/** conda's own placeholder, of which installers make the path of their prefix. */
const placeholder = '/opt/anaconda1anaconda2anaconda3';
/**
 * A first line `#!python`, which pip replaces when it installs, gets the placeholder and keeps its arguments. The hash of
 * such a script is not known before it is installed, so `RECORD` has none.
 */
async function placeScript(file: WheelFile, name: string): Promise<PlacedFile> {
  const placed = { ...placedAt(file, `python-scripts/${name}`, `${prefixFromSitePackages}/bin/${name}`), mode: 0o755 };
  const open = () => replaceStart(file.open(), /^#!python[^\s]*/, `#!${placeholder}/bin/python`);
  const { sha256, size } = await digestStream(open());
  if (sha256 === file.sha256) return placed;
  return { ...placed, sha256, size, open, placeholder, recorded: { ...placed.recorded, content: null } };
}
