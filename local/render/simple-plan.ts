import { fileBytesToAdd } from '../../core/documents/plan.ts';
import { type SimpleFile, type SimplePlan, simpleFileId } from '../../core/documents/simple/simple-plan.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { formatBytes } from './format-bytes.ts';
import { toFetch } from './to-fetch.ts';

/** What pip gets, as `plan --json` has it. */
export function simpleDocument({ files, add, drop, change, entries }: SimplePlan) {
  const shown = files.map(({ project, fileName, sha256, size, url, index, sdist, yanked, requiresPython, why }) => ({
    project,
    fileName,
    sha256,
    size,
    url,
    index,
    ...(sdist !== undefined && { readFrom: sdist }),
    ...(yanked !== undefined && { yanked }),
    ...(requiresPython !== undefined && { requiresPython }),
    why,
  }));
  return { files: shown, add, drop, change, entries };
}

/** The lines of a plan for a person: each change of a file, then the sum; nothing where pip gets nothing and loses nothing. */
export function simpleLines(simple: SimplePlan): string[] {
  const byId = new Map(simple.files.map((file) => [simpleFileId(file), file]));
  const added = simple.add.map((id) => `+ ${id}${addedBecause(byId.get(id))}`);
  const changed = simple.change.map((id) => `~ ${id}  its yank or its bound on python changes`);
  const dropped = simple.drop.map((id) => `- ${id}`);
  const totals = simpleTotals(simple);
  return [...added, ...changed, ...dropped, ...(totals === '' ? [] : [totals])];
}

function addedBecause(file: SimpleFile | undefined): string {
  if (file === undefined) return '';
  const size = file.size === null ? '' : ` (${formatBytes(file.size)})`;
  const from = file.sdist === undefined ? '' : `, read from ${file.sdist}`;
  return `${size}  for ${file.why.map(shownLine).join(', ')}${from}`;
}

/** The sums of what pip gets, in one line; empty where there is nothing to tell. */
export function simpleTotals(simple: SimplePlan): string {
  const { files, add, change, drop } = simple;
  if (files.length + drop.length === 0) return '';
  const fetching = toFetch(add.length, fileBytesToAdd(simple));
  return `for pip: ${files.length} files needed: ${fetching}, ${change.length} to change, ${drop.length} to drop`;
}
