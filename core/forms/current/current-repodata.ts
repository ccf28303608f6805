import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { md5Schema } from '../../digest.ts';
import type { IndexLine } from '../../index/state/index-line.ts';
import { canonicalJson, compareCodePoints, parseJson } from '../../json.ts';
import { packageFileParts } from '../../package-file-name.ts';
import { type FormBytes, type FormSource, type Section, summariesOf } from '../form.ts';
import { type Member, runOfMembers, writeDocument } from '../write-document.ts';
import { type Candidate, candidatesSummary, readCandidates } from './candidates.ts';
import { chooseCurrent } from './choose.ts';
import { type Batches, type WholeBatches, wholeBatches } from './whole-batches.ts';

/**
 * `current_repodata.json`: the newest of each name and what those need, for conda's classic solver. A `.conda` whose
 * `.tar.bz2` is listed too names its md5 (`legacy_bz2_md5`, CEP 36). Batches that hold an older version which is needed
 * are read whole; of all others the candidates are enough.
 */
export async function* currentRepodata(source: FormSource): FormBytes {
  const removed: string[] = [];
  const batches = {
    packages: await readBatches(source, 'packages', removed),
    'packages.conda': await readBatches(source, 'packages.conda', removed),
  };
  const whole = wholeBatches(source, batches);
  const chosen = await chooseCurrent({ candidates: byName(batches), packagesOf: whole.packagesOf });
  const show = showing(chosen);
  const members = async function* (section: Section): FormBytes {
    for await (const batch of readMembers(source, section, { batches, numbers: whole.holding(section, chosen) })) {
      yield runOfMembers(show(batch));
    }
  };
  const rest = () => ({ removed: removed.sort(compareCodePoints), repodata_version: 1 });
  yield* writeDocument({ info: { subdir: source.subdir }, members, rest });
}

async function readBatches(source: FormSource, section: Section, removed: string[]): Promise<Candidate[][]> {
  const batches: Candidate[][] = [];
  for await (const summary of summariesOf(source, section, candidatesSummary)) {
    const batch = readCandidates(summary);
    batches.push(batch.candidates);
    removed.push(...batch.removed);
  }
  return batches;
}

function byName(batches: Batches): Map<string, Candidate[]> {
  const names = new Map<string, Candidate[]>();
  for (const candidate of [...batches['packages.conda'], ...batches.packages].flat()) {
    const { name } = packageFileParts(candidate.filename);
    const same = names.get(name);
    if (same === undefined) names.set(name, [candidate]);
    else same.push(candidate);
  }
  return names;
}

/** The records of each batch that may be shown: its candidates', or all there are. */
async function* readMembers(
  source: FormSource,
  section: Section,
  { batches, numbers }: { readonly batches: Batches; readonly numbers: ReturnType<WholeBatches['holding']> },
): AsyncGenerator<readonly Member[]> {
  const whole = source.lines(section, numbers)[Symbol.asyncIterator]();
  let number = 0;
  for await (const summary of summariesOf(source, section, candidatesSummary)) {
    const lines = numbers.has(number) ? await whole.next() : null;
    const candidates = batches[section][number] ?? [];
    if (lines === null)
      yield candidates.map(({ filename, start, end }) => ({ filename, json: summary.subarray(start, end) }));
    else if (!lines.done) yield listedIn(lines.value);
    number += 1;
  }
}

const listedIn = (lines: readonly IndexLine[]): Member[] =>
  lines.filter(({ kind }) => kind === 'listed').map(({ filename, record }) => ({ filename, json: record }));

/** Picks what was chosen, of the section of `.tar.bz2` first, whose hashes `.conda` twins name. */
function showing(chosen: ReadonlySet<string>): (members: readonly Member[]) => Member[] {
  const twins = new Map<string, string>();
  return (members) =>
    members.flatMap((member) => {
      const { stem } = packageFileParts(member.filename);
      const legacy = member.filename.endsWith('.tar.bz2');
      if (legacy && chosen.has(`${stem}.conda`)) twins.set(stem, recordOf(member).md5);
      if (!chosen.has(member.filename)) return [];
      return [legacy ? member : withTwin(member, twins.get(stem))];
    });
}

const recordSchema = z.looseObject({ md5: md5Schema });

const recordOf = ({ filename, json }: Member): z.infer<typeof recordSchema> =>
  parseJson(Buffer.from(json).toString('latin1'), recordSchema, filename);

function withTwin(member: Member, md5: string | undefined): Member {
  if (md5 === undefined) return member;
  const json = Buffer.from(canonicalJson({ ...recordOf(member), legacy_bz2_md5: md5 }), 'latin1');
  return { filename: member.filename, json };
}
