import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { SimpleFile } from '../documents/simple/simple-plan.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import type { ProjectName } from '../names/project-name.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import { both, boundOf, boundsOn } from '../resolve/entry-bounds.ts';
import type { ListedFile } from '../simple/project-state.ts';

/** What a page is to say of python for a file that is only kept, or why it must not be kept. */
export type KeptBound = { readonly requiresPython: string | undefined } | { readonly reason: string };

/**
 * The bound on python that entries have now for a file that a plan does without: who adds one, since a release fails on
 * later pythons, means all that is listed, and not from the end of `retain` on.
 *
 * @param wanted what the plan needs of the project
 * @returns null for a file of which nothing is known
 */
export function keptBound(
  { project, fileName }: { readonly project: ProjectName; readonly fileName: DistributionFileName },
  listed: ListedFile | undefined,
  { wanted, entries }: { readonly wanted: readonly SimpleFile[]; readonly entries: Allowlist['entries'] },
): KeptBound | null {
  const read = parseWheelFileName(fileName);
  if (!read.ok || listed === undefined) return null;
  const { wheel } = read;
  const bound = boundOf(wheel.version, boundsOn(project, entries));
  if (bound === null) return { reason: 'a page for pip has no words for what an entry says of python' };
  if (wanted.some((file) => outdates(file, wheel))) return { reason: 'it was read anew for fewer pythons' };
  return { requiresPython: bound === '' ? undefined : (both(listed.entered.requiresPython, bound) ?? bound) };
}

/**
 * Whether a wheel that is read of an sdist takes the place of one that was read for later pythons: uv and poetry go by no
 * upper bound of a page, and would take that one there.
 */
function outdates({ fileName, sdist }: SimpleFile, before: WheelFileName): boolean {
  const read = parseWheelFileName(fileName);
  if (sdist === undefined || !read.ok || comparePep440(read.wheel.version, before.version) !== 0) return false;
  return before.build?.rest === read.wheel.build?.rest && highestMinor(before) > highestMinor(read.wheel);
}

/** Of the tags `cp37`, `cp38`; `py3` has no end. */
const highestMinor = ({ pythons }: WheelFileName): number =>
  Math.max(
    ...pythons.map((tag) => (tag.startsWith('cp3') ? Number(tag.slice('cp3'.length)) : Number.POSITIVE_INFINITY)),
  );
