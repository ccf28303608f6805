import { collectFindings, type Finding, type Report, refuse, shown } from '../archive/finding.ts';
import { defaultLimits, type ReadLimits, startBudget } from '../archive/limits.ts';
import { openZip } from '../archive/zip/open-zip.ts';
import type { WheelFileName } from '../names/wheel-file-name.ts';
import { decodeUtf8 } from '../package/package-info.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { checkFiles, type FileObserver, type WheelFile } from './check-record.ts';
import { type CoreMetadata, checkRelease, parseCoreMetadata, parseHeaders } from './core-metadata.ts';
import { parseCommands, type WheelCommand } from './entry-points.ts';
import { parseRecord } from './record.ts';
import { checkDataFolders, fileMembers, readMember, wheelStem } from './wheel-members.ts';

export interface Wheel {
  readonly fileName: WheelFileName;
  readonly metadata: CoreMetadata;
  /** `METADATA`, byte for byte: what an index serves beside the wheel (PEP 658). */
  readonly metadataBytes: Uint8Array;
  /** What `WHEEL` says of its root: for every platform alike. */
  readonly purelib: boolean;
  readonly commands: readonly WheelCommand[];
  /** `networkx-1.10` of `networkx-1.10.dist-info` and `networkx-1.10.data`. */
  readonly stem: string;
  /** All of them, `RECORD` too, in order of place. */
  readonly files: readonly WheelFile[];
  /** The newest time of a file, in milliseconds since the epoch. */
  readonly modified: number;
  /** What is odd but sound. */
  readonly findings: readonly Finding[];
}

/**
 * Reads a whole wheel (the binary distribution format) strictly: the ZIP, one `.dist-info` that agrees with the file's
 * name, and `RECORD`, which lists exactly the files there are, with their sha256 or a stronger hash. pip does not check
 * that when it installs. Memory is bounded by the limits' name bytes and by `METADATA` and `RECORD`, not by the file.
 *
 * @param observe is shown every file's bytes as they pass
 * @throws GatehouseError `package.refused` with `wheel.*`, `metadata.*`, or A4, A9, A12 and A13 of the archive
 */
export async function readWheel(
  source: ByteSource,
  fileName: WheelFileName,
  limits: ReadLimits = defaultLimits,
  observe?: FileObserver,
): Promise<Wheel> {
  const what = fileName.fileName;
  if (source.size > limits.compressedBytes) refuse('A13.compressed', `${what} has ${source.size} bytes`);
  const { report, list } = collectFindings();
  const members = fileMembers(await openZip(source, besides('archive.directory-slash', report)), limits, report);
  const stem = wheelStem(members, fileName);
  checkDataFolders(members, stem);
  const budget = startBudget(limits);
  const read = (name: string) => readMember(members, `${stem}.dist-info/${name}`, budget);
  const metadataBytes = await read('METADATA');
  if (metadataBytes === null) refuse('wheel.dist-info', `${what} has no METADATA`);
  const metadata = parseCoreMetadata(metadataBytes, 'METADATA', report);
  checkRelease(metadata, fileName, 'METADATA');
  const purelib = readWheelFile(await read('WHEEL'), fileName, report);
  const entryPoints = await read('entry_points.txt');
  const commands = entryPoints === null ? [] : parseCommands(decodeUtf8(entryPoints, 'entry_points.txt'));
  for (const { name, extras } of commands) {
    if (extras.length > 0) report('wheel.command-extra', `${shown(name)} wants the extra ${shown(extras.join(', '))}`);
  }
  const record = await read('RECORD');
  if (record === null) refuse('wheel.dist-info', `${what} has no RECORD`);
  const rows = parseRecord(decodeUtf8(record, 'RECORD'), 'RECORD');
  const files = await checkFiles(members, { rows, infoFolder: `${stem}.dist-info`, budget, observe });
  const modified = [...members.values()].reduce((newest, member) => Math.max(newest, member.modified), 0);
  return { fileName, metadata, metadataBytes, purelib, commands, stem, files, modified, findings: list() };
}

/** Folders are no files of a wheel, and in a ZIP all of them end in `/`. */
const besides =
  (expected: string, report: Report): Report =>
  (code, detail) => {
    if (code !== expected) report(code, detail);
  };

/** Whether `WHEEL` says that the root is the same for every platform. Its tags are held against the file's name. */
function readWheelFile(bytes: Uint8Array | null, { fileName, ...name }: WheelFileName, report: Report): boolean {
  if (bytes === null) refuse('wheel.dist-info', `${fileName} has no WHEEL`);
  const { all } = parseHeaders(bytes, 'WHEEL', report);
  const [format = ''] = all('Wheel-Version');
  // A reader must refuse a greater major version and may take a greater minor one.
  if (!/^[01]\.\d+$/.test(format)) refuse('wheel.version', `${fileName} is of version ${shown(format)} of the format`);
  const said = new Set(all('Tag').map((tag) => tag.toLowerCase()));
  const named = name.pythons.flatMap((python) =>
    name.abis.flatMap((abi) => name.platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
  if (said.size !== named.length || !named.every((tag) => said.has(tag))) {
    report('wheel.tags', `WHEEL says ${shown([...said].join(' '))}`);
  }
  return all('Root-Is-Purelib')[0]?.toLowerCase() === 'true';
}
