import { type Report, refuse, shown } from '../archive/finding.ts';
import type { DecodeBudget, ReadLimits } from '../archive/limits.ts';
import { memberRules } from '../archive/members.ts';
import type { ZipMember } from '../archive/zip/open-zip.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { parsePep440Version } from '../names/pep440/pep440-version.ts';
import { parseProjectName } from '../names/project-name.ts';
import type { WheelFileName } from '../names/wheel-file-name.ts';

const unixTypeBits = 0o170000;
const unixFile = 0o100000;

/** The files, by path. A member below a file would make a wheel that cannot be unpacked; a link could lead anywhere. */
export function fileMembers(members: readonly ZipMember[], limits: ReadLimits, report: Report): Map<string, ZipMember> {
  const files = new Map<string, ZipMember>();
  const rules = memberRules(limits, (code, detail) => {
    if (code === 'A12.under-file') refuse(code, detail);
    report(code, detail);
  });
  for (const member of members) {
    if (member.name.endsWith('/')) continue;
    const type = member.mode & unixTypeBits;
    if (type !== 0 && type !== unixFile) refuse('wheel.file-type', `${shown(member.name)} is no regular file`);
    rules.add({ path: member.name, type: 'file', mode: member.mode & 0o7777 });
    files.set(member.name, member);
  }
  return files;
}

/** The folder that says what the wheel is, without its ending: there is one, and it is named for the release. */
export function wheelStem(
  files: ReadonlyMap<string, ZipMember>,
  { fileName, project, version }: WheelFileName,
): string {
  const folders = [...topFolders(files)].filter((folder) => folder.endsWith('.dist-info'));
  const [folder = '', ...more] = folders;
  if (folders.length === 0) refuse('wheel.dist-info', `${fileName} has no folder .dist-info`);
  if (more.length > 0) refuse('wheel.dist-info', `${fileName} has the folders ${shown(folders.join(', '))}`);
  const stem = folder.slice(0, -'.dist-info'.length);
  const dash = stem.lastIndexOf('-');
  const said = { project: parseProjectName(stem.slice(0, dash)), version: parsePep440Version(stem.slice(dash + 1)) };
  if (said.project !== project || said.version === null || comparePep440(said.version, version) !== 0) {
    refuse('metadata.identity', `${fileName} has the folder ${shown(folder)}`);
  }
  return stem;
}

function* topFolders(files: ReadonlyMap<string, ZipMember>): Generator<string> {
  const seen = new Set<string>();
  for (const path of files.keys()) {
    const end = path.indexOf('/');
    const folder = path.slice(0, Math.max(end, 0));
    if (end < 0 || seen.has(folder)) continue;
    seen.add(folder);
    yield folder;
  }
}

/** To pip every top folder that ends in `.data` is one of schemes, to others only the wheel's own is. */
export function checkDataFolders(files: ReadonlyMap<string, ZipMember>, stem: string): void {
  for (const folder of topFolders(files)) {
    if (folder.endsWith('.data') && folder !== `${stem}.data`) refuse('wheel.scheme', `the folder ${shown(folder)}`);
  }
}

/** 16 MiB: real `METADATA` with its description has up to 400 kB, a `RECORD` of 200,000 files about as much as this. */
const maxTextBytes = 16 * 1024 ** 2;

export async function readMember(
  files: ReadonlyMap<string, ZipMember>,
  path: string,
  budget: DecodeBudget,
): Promise<Uint8Array | null> {
  const member = files.get(path);
  if (member === undefined) return null;
  if (member.size > maxTextBytes) refuse('A13.json', `${shown(path)} has ${member.size} bytes`);
  const spend = budget.meter(member.compressedSize);
  const parts: Uint8Array[] = [];
  for await (const part of member.open()) {
    spend(part.length);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
