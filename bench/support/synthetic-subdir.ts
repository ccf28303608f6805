import { splitEntries } from '../../core/index/commit-entries.ts';
import { readManifest, type Segment, type StatePlace, writeManifest } from '../../core/index/manifest.ts';
import { writeSegment } from '../../core/index/segment-store.ts';
import { stateSource } from '../../core/index/state-source.ts';
import { canonicalJson, compareCodePoints } from '../../core/json/json.ts';
import { packageKey } from '../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import type { Section } from '../../core/outputs/entries/entry-source.ts';
import type { IndexEntry } from '../../core/outputs/entries/index-entry.ts';
import type { ObjectHead, Store } from '../../core/ports/store.ts';
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
    etag: `${filename.length}-${syntheticTag}-${size}`,
    size: Number(size),
    kind: 'listed',
    record: Buffer.from(canonicalJson({ ...record, subdir })),
    runExports: Buffer.from('{}'),
    facts: Buffer.from(canonicalJson(facts)),
  };
}

const syntheticTag = 'synthetic';

/** A store that lists the packages of synthetic states as if they were there. They cannot be read, nor need to be. */
export const withSyntheticPackages = (store: Store): Store => ({
  ...store,
  list(prefix, passedOver) {
    const there = store.list(prefix, passedOver);
    const [channel, subdir, ...rest] = prefix.split('/');
    const parsed = subdirSchema.safeParse(subdir).data;
    if (channel !== 'conda' || parsed === undefined || rest.join('') !== '') return there;
    return syntheticHeads({ store, channel, subdir: parsed }, there);
  },
});

async function* syntheticHeads(place: StatePlace, there: AsyncIterable<ObjectHead>): AsyncGenerator<ObjectHead> {
  const { manifest } = await readManifest(place);
  if (manifest === null) return yield* there;
  const source = stateSource(place, manifest);
  const headsOf = async function* (section: Section) {
    for await (const entries of source.entries(section)) {
      for (const { filename, etag, size } of entries.filter((entry) => entry.etag.includes(syntheticTag)))
        yield { key: packageKey(place.channel, place.subdir, filename), etag, size, modified: 0 };
    }
  };
  yield* merged(there, merged(headsOf('packages'), headsOf('packages.conda')));
}

async function* merged(a: AsyncIterable<ObjectHead>, b: AsyncIterable<ObjectHead>): AsyncGenerator<ObjectHead> {
  const [left, right] = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()];
  let [x, y] = [await left.next(), await right.next()];
  while (!x.done || !y.done) {
    if (!x.done && (y.done || compareCodePoints(x.value.key, y.value.key) < 0)) {
      yield x.value;
      x = await left.next();
    } else if (!y.done) {
      yield y.value;
      y = await right.next();
    }
  }
}
