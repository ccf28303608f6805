import type { Manifest, Segment, StatePlace } from '../../../core/index/manifest.ts';
import { writeSegment } from '../../../core/index/segment-store.ts';
import { type Section, sectionOf, sections } from '../../../core/outputs/entries/entry-source.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';

/** A state with its segments cut as `cuts` say, so that names lie in several. */
export async function cutState(
  place: StatePlace,
  lines: readonly IndexEntry[],
  cuts: readonly number[],
): Promise<Manifest> {
  const cut = async (section: Section): Promise<Segment[]> => {
    const own = lines.filter(({ filename }) => sectionOf(filename) === section);
    const bounds = [0, ...cuts, own.length].map((at) => Math.min(at, own.length)).sort((x, y) => x - y);
    const pieces = bounds.slice(1).map((end, at) => own.slice(bounds[at], end));
    return Promise.all(pieces.filter(({ length }) => length > 0).map((piece) => writeSegment(place, piece)));
  };
  const [packages, conda] = [await cut(sections[0]), await cut(sections[1])];
  return { version: 1, revision: 1, generation: 1, control: null, sections: { packages, 'packages.conda': conda } };
}
