import { splitEntries } from '../../core/index/commit-entries.ts';
import { type Segment, type StatePlace, writeManifest } from '../../core/index/manifest.ts';
import { writeSegment } from '../../core/index/segment-store.ts';
import { canonicalJson, compareCodePoints } from '../../core/json/json.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import type { IndexEntry } from '../../core/outputs/entries/index-entry.ts';
import type { NamedRecord } from '../../local/sample/write-repodata.ts';
import { generateRepodata } from './generate-upstream.ts';

/** Writes the state of a subdir of so many packages, none of which is in the store; its index files are not written. */
export async function writeSyntheticState(place: StatePlace, records: number): Promise<void> {
  const documents = generateRepodata({ records, seed: 1, platforms: ['linux-64'] });
  const segmentsOf = (section: 'packages' | 'packages.conda') =>
    writeSegments(
      place,
      documents.flatMap((document) => Object.entries(document[section])),
    );
  const sections = { packages: await segmentsOf('packages'), 'packages.conda': await segmentsOf('packages.conda') };
  await writeManifest(place, { version: 1, revision: 1, generation: 1, control: null, sections }, null);
}

async function writeSegments(place: StatePlace, named: readonly NamedRecord[]): Promise<Segment[]> {
  const sorted = named.toSorted(([a], [b]) => compareCodePoints(a, b));
  const lines = sorted.map((record) => lineOf(place, record));
  const segments: Segment[] = [];
  for (const piece of splitEntries(lines)) segments.push(await writeSegment(place, piece));
  return segments;
}

function lineOf({ subdir }: StatePlace, [filename, record]: NamedRecord): IndexEntry {
  const { size, name, license } = record;
  const facts = {
    about: { license, summary: `The ${name} library and its headers`, home: `https://example.org/${name}` },
  };
  return {
    filename: packageFileNameSchema.parse(filename),
    etag: `${filename.length}-synthetic-${size}`,
    size: Number(size),
    kind: 'listed',
    record: Buffer.from(canonicalJson({ ...record, subdir })),
    runExports: Buffer.from('{}'),
    facts: Buffer.from(canonicalJson(facts)),
  };
}
