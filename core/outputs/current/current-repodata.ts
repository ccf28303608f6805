import { z } from 'zod';
import { md5Schema } from '../../names/digest.ts';
import { packageFileParts } from '../../names/package-file-name.ts';
import { type EntrySource, type OutputBytes, type Section, summariesOf } from '../entries/entry-source.ts';
import { type IndexEntry, jsonPart, parsePart } from '../entries/index-entry.ts';
import { type Member, runOfMembers, writeDocument } from '../entries/write-document.ts';
import { candidatesSummary, type Known, knownOf, type NewestCandidate, readCandidates } from './candidates.ts';
import { chooseCurrent } from './choose.ts';

/**
 * `current_repodata.json`: the newest of each name and what those need, for conda's classic solver. A `.conda` whose
 * `.tar.bz2` is listed too names its md5 (`legacy_bz2_md5`, CEP 36). Batches that hold an older version which is needed
 * are read whole; of all others the candidates are enough.
 */
export async function* currentRepodata(source: EntrySource): OutputBytes {
  const removed: string[] = [];
  const batches = {
    packages: await readBatches(source, 'packages', removed),
    'packages.conda': await readBatches(source, 'packages.conda', removed),
  };
  const whole = wholeBatches(source, batches);
  const all = [...batches['packages.conda'], ...batches.packages].flat();
  const candidates = Map.groupBy(all, ({ filename }) => packageFileParts(filename).name);
  const chosen = await chooseCurrent({ candidates, packagesOf: whole.packagesOf });
  const show = showing(chosen);
  const members = async function* (section: Section): OutputBytes {
    for await (const batch of readMembers(source, section, { batches, numbers: whole.holding(section, chosen) })) {
      yield runOfMembers(show(batch));
    }
  };
  yield* writeDocument({ info: { subdir: source.subdir }, members, removed });
}

async function readBatches(source: EntrySource, section: Section, removed: string[]): Promise<NewestCandidate[][]> {
  const batches: NewestCandidate[][] = [];
  for await (const summary of summariesOf(source, section, candidatesSummary)) {
    const batch = readCandidates(summary);
    batches.push(batch.candidates);
    removed.push(...batch.removed);
  }
  return batches;
}

/** The records of each batch that may be shown: its candidates', or all there are. */
async function* readMembers(
  source: EntrySource,
  section: Section,
  { batches, numbers }: { readonly batches: Batches; readonly numbers: ReturnType<WholeBatches['holding']> },
): AsyncGenerator<readonly Member[]> {
  const whole = source.entries(section, numbers)[Symbol.asyncIterator]();
  let number = 0;
  for await (const summary of summariesOf(source, section, candidatesSummary)) {
    const entries = numbers.has(number) ? await whole.next() : null;
    const candidates = batches[section][number] ?? [];
    if (entries === null)
      yield candidates.map(({ filename, start, end }) => ({ filename, json: summary.subarray(start, end) }));
    else if (!entries.done) yield listed(entries.value).map(({ filename, record }) => ({ filename, json: record }));
    number += 1;
  }
}

const listed = (entries: readonly IndexEntry[]) => entries.filter(({ kind }) => kind === 'listed');

/** Picks what was chosen. The section of `.tar.bz2` comes first: a `.conda` names the md5 of its other format there. */
function showing(chosen: ReadonlySet<string>): (members: readonly Member[]) => Member[] {
  const legacyMd5s = new Map<string, string>();
  return (members) =>
    members.flatMap((member) => {
      const { stem } = packageFileParts(member.filename);
      const legacy = member.filename.endsWith('.tar.bz2');
      if (legacy && chosen.has(`${stem}.conda`)) legacyMd5s.set(stem, recordOf(member).md5);
      if (!chosen.has(member.filename)) return [];
      return [legacy ? member : withLegacyMd5(member, legacyMd5s.get(stem))];
    });
}

const recordSchema = z.looseObject({ md5: md5Schema });
const recordOf = ({ filename, json }: Member) => parsePart(json, recordSchema, filename);

const withLegacyMd5 = (member: Member, md5: string | undefined): Member =>
  md5 === undefined ? member : { ...member, json: jsonPart({ ...recordOf(member), legacy_bz2_md5: md5 }) };

/** The candidates of each batch. */
type Batches = Readonly<Record<Section, readonly (readonly NewestCandidate[])[]>>;

interface WholeBatches {
  /** All packages of some names, from those batches alone that hold any. */
  packagesOf(names: ReadonlySet<string>): Promise<Map<string, Known[]>>;
  /** Which batches of a section hold a file that was chosen, or its other format, and is no candidate: `packagesOf` met it. */
  holding(section: Section, chosen: ReadonlySet<string>): Set<number>;
}

/** What candidates do not tell: a name that has a package in a batch has a candidate there, so it is easily found. */
function wholeBatches(source: EntrySource, batches: Batches): WholeBatches {
  const places = new Map<string, number>();
  return {
    async packagesOf(names) {
      const found = new Map<string, Known[]>();
      const isOf = ({ filename }: { readonly filename: string }) => names.has(packageFileParts(filename).name);
      for (const section of ['packages.conda', 'packages'] as const) {
        const numbers = batches[section].flatMap((batch, number) => (batch.some(isOf) ? [number] : []));
        const inOrder = numbers.values();
        for await (const entries of source.entries(section, new Set(numbers))) {
          const { value: number = 0 } = inOrder.next();
          for (const entry of listed(entries).filter(isOf)) {
            places.set(entry.filename, number);
            const { name } = packageFileParts(entry.filename);
            found.set(name, [...(found.get(name) ?? []), knownOf(entry)]);
          }
        }
      }
      return found;
    },
    holding(section, chosen) {
      const candidates = new Set(batches[section].flat().map(({ filename }) => filename));
      const ofSection = (filename: string) => filename.endsWith('.conda') === (section === 'packages.conda');
      const matters = (filename: string) =>
        chosen.has(filename) || chosen.has(`${packageFileParts(filename).stem}.conda`);
      const older = [...places].filter(([filename]) => matters(filename) && !candidates.has(filename));
      return new Set(older.flatMap(([filename, number]) => (ofSection(filename) ? [number] : [])));
    },
  };
}
