import { collectFindings, type Report, shown } from '../../archive/finding.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { PathsEntry } from '../../package/paths-json.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck } from '../contents/contents-check.ts';
import { linkedFile } from '../contents/linked-file.ts';
import type { Contents, GateMember } from '../reading.ts';

/**
 * `info/paths.json` (CEP 34) lists exactly what is installed, with each file's sha256 and size, and what is replaced in a
 * file occurs in it. conda only warns of a file that is not what is listed, and looks at its size alone.
 */
export const b2Paths: ContentsCheck = contentsCheck({
  id: 'B2',
  version: 1,
  find({ kind, contents }): readonly Firing[] {
    if (kind !== 'package') return [];
    const { paths } = contents;
    if (paths === null) return [{ code: 'B2.absent', verdict: 'hold', detail: 'it has no info/paths.json' }];
    const { report, list } = collectFindings();
    compare(contents, paths, report);
    return list().map((finding) => ({ ...finding, verdict: 'reject' }));
  },
});

function compare(contents: Contents, paths: readonly PathsEntry[], report: Report): void {
  const listed = new Set<string>();
  for (const entry of paths) {
    const path = entry._path;
    if (listed.has(path)) report('B2.twice', `info/paths.json lists ${shown(path)} twice`);
    listed.add(path);
    const member = contents.members.get(path);
    if (member === undefined) report('B2.missing', `info/paths.json lists ${shown(path)}, which is not there`);
    else compareMember(entry, member, contents, report);
  }
  for (const path of installedPaths(contents)) {
    if (!listed.has(path)) report('B2.unlisted', `${shown(path)} is not in info/paths.json`);
  }
  for (const path of contents.lackPlaceholder) {
    report('B2.placeholder', `${shown(path)} does not hold the prefix that is to be replaced in it`);
  }
}

function* installedPaths({ members }: Contents): Generator<string> {
  for (const { path, type } of members.values()) {
    if (type !== 'directory' && !path.startsWith('info/')) yield path;
  }
}

const types: ReadonlyMap<string, GateMember['type']> = new Map([
  ['hardlink', 'file'],
  ['softlink', 'symlink'],
  ['directory', 'directory'],
]);

function compareMember(entry: PathsEntry, member: GateMember, { members }: Contents, report: Report): void {
  const path = () => shown(member.path);
  const { path_type: type, sha256 = null, size_in_bytes: size } = entry;
  if (type != null && types.get(type) !== member.type)
    report('B2.type', `${path()} is a ${member.type}, info/paths.json says ${shown(type)}`);
  if (member.type === 'file' && sha256 !== member.sha256)
    report('B2.sha256', `${path()} has another sha256 than info/paths.json says`);
  if (member.type === 'file' && (size ?? member.size) !== member.size)
    report('B2.size', `${path()} has ${member.size} bytes, info/paths.json says ${size}`);
  const target = member.type === 'symlink' ? linkedFile(member, members) : null;
  if (target !== null && sha256 !== null && target.sha256 !== sha256)
    report('B2.link', `${path()} leads to a file that info/paths.json has another sha256 for`);
}
