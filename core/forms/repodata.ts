import type { IndexLine } from '../index/state/index-line.ts';
import { compareCodePoints } from '../json.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { FormBytes, FormSource, Section } from './form.ts';
import { type Member, runOfMembers, writeDocument } from './write-document.ts';

/**
 * `repodata.json` (CEP 36; conda-facts 5.1): all five keys. `removed` names what was withdrawn: it informs, clients go
 * by the record's absence.
 */
export function repodata(source: FormSource): FormBytes {
  return writeRepodata(source, (line) => (line.kind === 'listed' ? line.record : null));
}

/** A document like `repodata.json` with the record that `recordOf` picks of each line, or none. */
export function writeRepodata(source: FormSource, recordOf: (line: IndexLine) => Uint8Array | null): FormBytes {
  const removed: PackageFileName[] = [];
  const split = (lines: readonly IndexLine[]): Member[] =>
    lines.flatMap((line) => {
      const json = recordOf(line);
      if (json === null && line.kind === 'withdrawn') removed.push(line.filename);
      return json === null ? [] : [{ filename: line.filename, json }];
    });
  async function* members(section: Section): FormBytes {
    for await (const lines of source.lines(section)) yield runOfMembers(split(lines));
  }
  const rest = () => ({ removed: removed.sort(compareCodePoints), repodata_version: 1 });
  return writeDocument({ info: { subdir: source.subdir }, members, rest });
}
