import { readManifest } from '../index/manifest.ts';
import { readSegment } from '../index/segment-store.ts';
import { compareCodePoints } from '../json/json.ts';
import { sectionOf } from '../outputs/entries/entry-source.ts';
import type { Store } from '../ports/store.ts';
import { readProjectState } from '../simple/project-state.ts';
import type { FileAt, PackageAt } from './served-file.ts';

/**
 * Whether an index or a page lists a file, by the state that it is made from. Where that is lost or damaged it counts as listed:
 * an index may be there that does.
 */
export async function isListed(file: PackageAt | FileAt, store: Store): Promise<boolean> {
  if (file.kind === 'package') return isPackageListed(file, store);
  const { state } = await readProjectState(store, file.project);
  return state === null || state.content.some(({ fileName }) => fileName === file.fileName);
}

async function isPackageListed({ channel, subdir, filename }: PackageAt, store: Store): Promise<boolean> {
  const place = { store, channel, subdir };
  const { manifest } = await readManifest(place);
  if (manifest === null) return true;
  const segment = manifest.sections[sectionOf(filename)].findLast(
    ({ first }) => compareCodePoints(first, filename) <= 0,
  );
  const entries = segment === undefined ? [] : await readSegment(place, segment);
  return entries.some((entry) => entry.filename === filename && entry.kind === 'listed');
}
