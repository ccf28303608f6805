import { collectFindings, type Finding, type Report, refuse, shown } from '../archive/finding.ts';
import { defaultLimits } from '../archive/limits.ts';
import { memberRules } from '../archive/members.ts';
import { sizedBytes } from '../archive/sized-bytes.ts';
import type { TarFile } from '../archive/tar/write-tar.ts';
import { compareCodePoints } from '../json/json.ts';
import { sha256Of } from '../names/digest.ts';
import {
  type PackageFileName,
  type PackageFormat,
  packageFileParts,
  parsePackageFileName,
} from '../names/package-file-name.ts';
import { isForEveryPlatform, isForPython3 } from '../names/wheel-file-name.ts';
import { type Packing, packPackage } from '../package/pack-package.ts';
import { infoMembers } from '../package/write-conda.ts';
import { aboutOf } from './describe-wheel.ts';
import { type CondaBuild, indexJsonOf } from './index-json-of.ts';
import { type PlacedFile, placeFiles } from './place-files.ts';
import type { Wheel } from './read-wheel.ts';
import { writeRecord } from './record.ts';

/** Part of each build string: other bytes from a mended converter so get another name. Raise it when they change. */
export const converterRevision = 1;

export interface ConvertedWheel {
  readonly fileName: PackageFileName;
  /** What `info/index.json` says. */
  readonly index: Readonly<Record<string, unknown>>;
  /** What is odd, and what was left out. */
  readonly findings: readonly Finding[];
  /** The package's bytes, the same at each call. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * Makes a `noarch: python` package of a pure wheel: what the wheel has where conda puts it, `METADATA` byte for byte,
 * commands in `info/link.json`, licences in `info/licenses/`. The same wheel and build give the same bytes, for one
 * version of zstd or of compressjs. Nothing is written before `open` is read. Memory: what the wheel's file names take,
 * and 64 MiB.
 *
 * @throws GatehouseError `package.refused` with `wheel.platform`, `wheel.purelib`, `wheel.python`, `wheel.scheme`,
 *   `wheel.data-path`, `wheel.bytecode`, `wheel.package-name`, or A12 where two files would lie in one place
 */
export async function convertWheel(
  wheel: Wheel,
  build: CondaBuild,
  packing: Packing = { format: '.conda' },
): Promise<ConvertedWheel> {
  checkPure(wheel);
  const fileName = condaFileName(wheel, build, packing.format);
  const { report, list } = collectFindings();
  const payload = withInstallerFiles(await placeFiles(wheel, report), wheel.stem);
  payload.sort((a, b) => compareCodePoints(a.path, b.path));
  const index = indexJsonOf(wheel.metadata, wheel.fileName, build);
  const entryPoints = wheel.commands.map(({ name, target }) => `${name} = ${target}`);
  const described = infoMembers({ index, about: aboutOf(wheel.metadata), entryPoints, files: payload });
  const info = [...described, ...licences(wheel)].sort((a, b) => compareCodePoints(a.path, b.path));
  checkPlaces([...info, ...payload], report);
  const { stem } = packageFileParts(fileName);
  const open = () => packPackage({ stem, payload, info, timestamp: build.timestamp }, packing);
  return { fileName, index, findings: [...wheel.findings, ...list()], open };
}

/** What is for one platform cannot be `noarch`, whatever is in it. */
function checkPure({ fileName, purelib }: Wheel): void {
  if (!isForEveryPlatform(fileName)) refuse('wheel.platform', `${fileName.fileName} is not for every platform`);
  if (!purelib) refuse('wheel.purelib', `${fileName.fileName} does not say Root-Is-Purelib: true`);
  if (!isForPython3(fileName)) refuse('wheel.python', `${fileName.fileName} is not for Python 3`);
}

function condaFileName({ fileName }: Wheel, { name, build }: CondaBuild, format: PackageFormat): PackageFileName {
  const text = `${name}-${fileName.version.text}-${build}${format}`;
  const parsed = parsePackageFileName(text);
  return parsed ?? refuse('wheel.package-name', `${shown(text)} is no conda package file name`);
}

function withInstallerFiles(placed: readonly PlacedFile[], stem: string): PlacedFile[] {
  const installer = textFile(`${stem}.dist-info/INSTALLER`, 'conda\n');
  const path = `${stem}.dist-info/RECORD`;
  const recorded = [...placed, installer].map((file) => file.recorded);
  // RECORD cannot have its own hash.
  recorded.push({ path, content: null });
  recorded.sort((a, b) => compareCodePoints(a.path, b.path));
  return [...placed, installer, textFile(path, writeRecord(recorded))];
}

function textFile(path: string, text: string): PlacedFile {
  const content = { sha256: sha256Of(text), size: Buffer.byteLength(text) };
  return { path: `site-packages/${path}`, ...content, ...sizedBytes(text), recorded: { path, content } };
}

/** Licences as PEP 639 keeps them, else as `License-File` names them, else by the names that people give them. */
function licences({ files, stem, metadata }: Wheel): TarFile[] {
  const folder = `${stem}.dist-info/`;
  const named = new Set(metadata.headers.all('License-File'));
  const found = new Map<string, TarFile>();
  for (const { path, size, open } of files) {
    if (!path.startsWith(folder)) continue;
    const name = path.slice(folder.length).replace(/^licenses\//, '');
    const inFolder = path.startsWith(`${folder}licenses/`);
    const isLicence = inFolder || named.has(name) || /^(?:LICEN|COPYING)[^/]*$/i.test(name);
    if (isLicence && (inFolder || !found.has(name))) found.set(name, { path: `info/licenses/${name}`, size, open });
  }
  return [...found.values()];
}

/** Two files in one place are refused; a path that only some file systems take for another's is reported. */
function checkPlaces(files: readonly TarFile[], report: Report): void {
  const rules = memberRules(defaultLimits, (code, detail) => {
    if (code === 'A12.under-file') refuse(code, detail);
    report(code, detail);
  });
  for (const { path, mode = 0o644 } of files) rules.add({ path, type: 'file', mode });
}
