import { Buffer } from 'node:buffer';
import type { IndexLine } from '../../index/state/index-line.ts';
import { canonicalJson } from '../../json.ts';
import { packageFileParts } from '../../package-file-name.ts';
import type { Summary } from '../form.ts';
import { matcherWithin, newestOf } from '../version-texts.ts';
import { runOfMembers } from '../write-document.ts';
import { knownOf } from './known.ts';

/** A listed package that may be the newest of its name, as far as its own batch can tell. */
export interface Candidate {
  readonly filename: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  /** Whether it tracks or has features. */
  readonly featured: boolean;
  /** Its `depends` as they stand in JSON, without quotes and with a TAB between any two. */
  readonly depends: string;
  /** Where its record is in the summary. */
  readonly start: number;
  readonly end: number;
}

/**
 * What `current_repodata.json` needs of most batches: the records of the candidates as they stand in `repodata.json`,
 * then NEWLINE, then a row each: `filename TAB build number TAB 0 or 1 for features TAB bytes of the record`, and a TAB
 * and a dependency for each. Of what was withdrawn the row is its file name alone.
 */
export const candidatesSummary: Summary = {
  name: 'current-2',
  of(lines) {
    const candidates = candidatesOf(lines);
    const rows = lines.flatMap((line) => {
      if (line.kind === 'withdrawn') return [line.filename];
      return candidates.has(line) ? [rowOf(line)] : [];
    });
    const records = runOfMembers([...candidates].map(({ filename, record }) => ({ filename, json: record })));
    return Buffer.concat([records, Buffer.from(`\n${rows.join('\n')}`, 'latin1')]);
  },
};

function candidatesOf(lines: readonly IndexLine[]): ReadonlySet<IndexLine> {
  const listed = lines
    .filter(({ kind }) => kind === 'listed')
    .map((line) => ({ line, ...packageFileParts(line.filename) }));
  const chosen = new Set<IndexLine>();
  for (const same of Map.groupBy(listed, ({ name }) => name).values()) {
    const isWithin = matcherWithin(newestOf(same.map(({ version }) => version)));
    // A version with letters may be a pre-release of a newer one in another batch, and chosen with it.
    for (const { line, version } of same) if (isWithin(version) || /[a-z_]/i.test(version)) chosen.add(line);
  }
  return new Set(lines.filter((line) => chosen.has(line)));
}

function rowOf(line: IndexLine): string {
  const { buildNumber, featured, depends } = knownOf(line);
  const specs = depends.map((spec) => canonicalJson(spec).slice(1, -1));
  return [line.filename, buildNumber, Number(featured), line.record.length, ...specs].join('\t');
}

/** What `candidatesSummary` wrote, in order of file name. */
export function readCandidates(summary: Uint8Array): { readonly candidates: Candidate[]; readonly removed: string[] } {
  const buffer = Buffer.from(summary.buffer, summary.byteOffset, summary.length);
  const rows = buffer.toString('latin1', buffer.indexOf(0x0a) + 1);
  const candidates: Candidate[] = [];
  const removed: string[] = [];
  let member = 0;
  for (const row of rows === '' ? [] : rows.split('\n')) {
    const candidate = readRow(row, member);
    if (candidate === null) removed.push(row);
    else {
      candidates.push(candidate);
      member = candidate.end + ','.length;
    }
  }
  return { candidates, removed };
}

function readRow(row: string, member: number): Candidate | null {
  const a = row.indexOf('\t');
  if (a === -1) return null;
  const b = row.indexOf('\t', a + 1);
  const c = row.indexOf('\t', b + 1);
  const d = row.indexOf('\t', c + 1);
  const filename = row.slice(0, a);
  const { version, build } = packageFileParts(filename);
  const start = member + filename.length + '"":'.length;
  return {
    filename,
    version,
    build,
    buildNumber: Number(row.slice(a + 1, b)),
    featured: row.slice(b + 1, c) === '1',
    start,
    end: start + Number(d === -1 ? row.slice(c + 1) : row.slice(c + 1, d)),
    depends: d === -1 ? '' : row.slice(d + 1),
  };
}
