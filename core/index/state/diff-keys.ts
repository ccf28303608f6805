import type { Override } from '../../documents/control.ts';
import { sections } from '../../forms/form.ts';
import { compareCodePoints } from '../../json.ts';
import { type ObjectKey, packageKey } from '../../layout.ts';
import type { ListedPackage } from '../../list-packages.ts';
import { type PackageFileName, parsePackageFileName } from '../../package-file-name.ts';
import type { ObjectHead } from '../../ports/store.ts';
import { mapInOrder } from '../map-in-order.ts';
import { decisionTag } from './decision-tag.ts';
import { decodeSegment } from './decode-segment.ts';
import { sectionOf } from './diff-listing.ts';
import type { IndexLine } from './index-line.ts';
import type { IndexRoot, Segment, StatePlace } from './index-root.ts';
import { isStale, type Look } from './look.ts';
import { readSegment } from './segment-store.ts';
import { segmentFor } from './splice-section.ts';

/** Looks at once: waiting, not work, is what costs. */
const limit = 16;

/** What the store shows of some packages that differs from the state; in order of file name. */
export async function* diffKeys(
  place: StatePlace,
  filenames: Iterable<PackageFileName>,
  { root, decisionOf }: { readonly root: IndexRoot; readonly decisionOf: (filename: PackageFileName) => Override },
): AsyncGenerator<Look, void, void> {
  const lineOf = lineReader(place, root);
  const inOrder = [...new Set(filenames)].sort(compareCodePoints);
  const looks = mapInOrder(inOrder, limit, async (filename): Promise<Look> => {
    const object = await place.store.get(packageKey(place.channel, place.subdir, filename));
    return { filename, listed: object && listedAs(object, { ...place, filename }), decision: decisionOf(filename) };
  });
  for await (const look of looks) if (isStale(await lineOf(look.filename), look)) yield look;
}

/** As a list has it, without a way to read it: a look is handed to other threads. */
function listedAs(
  { key, etag, size, modified }: ObjectHead,
  { subdir, filename }: Pick<ListedPackage, 'subdir' | 'filename'>,
): ListedPackage {
  return { key, etag, size, modified, subdir, filename };
}

/** Looks lines up; keeps the last segment of each section, since names come in order. */
function lineReader(place: StatePlace, root: IndexRoot): (filename: PackageFileName) => Promise<IndexLine | null> {
  const kept = new Map<string, { segment: Segment; lines: ReadonlyMap<string, IndexLine> }>();
  return async (filename) => {
    const section = sectionOf(filename);
    const segment = segmentFor(root.sections[section], filename);
    if (segment === undefined) return null;
    const known = kept.get(section);
    if (known?.segment === segment) return known.lines.get(filename) ?? null;
    const lines = new Map(decodeSegment(await readSegment(place, segment)).map((line) => [line.filename, line]));
    kept.set(section, { segment, lines });
    return lines.get(filename) ?? null;
  };
}

/** The packages whose lines were made under another decision than control's of now. */
export async function* redecided(
  place: StatePlace,
  root: IndexRoot,
  decisionOf: (filename: PackageFileName) => Override,
): AsyncGenerator<PackageFileName, void, void> {
  for (const section of sections) {
    for (const segment of root.sections[section]) {
      for (const { filename, decision } of decodeSegment(await readSegment(place, segment))) {
        if (decision !== decisionTag(decisionOf(filename))) yield filename;
      }
    }
  }
}

/** The packages of one subdir that keys name; what names no package of it is passed over. */
export function packagesAt({ channel, subdir }: StatePlace, keys: readonly ObjectKey[]): PackageFileName[] {
  const prefix = `${channel}/${subdir}/`;
  return keys.flatMap((key) => {
    const filename = key.startsWith(prefix) ? parsePackageFileName(key.slice(prefix.length)) : null;
    return filename === null ? [] : [filename];
  });
}
