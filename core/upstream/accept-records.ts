import type { PublishedAt } from '../documents/gate/verdict.ts';
import type { Made } from '../documents/plan.ts';
import {
  type PackageFileName,
  type PackageFormat,
  packageFileParts,
  parsePackageFileName,
} from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';
import { shownLine } from '../problems/shown-text.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { normaliseRecord } from '../record/normalise-record.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { RecordFinding } from '../record/record-finding.ts';

/** One package of an upstream channel, its record normal and agreeing with its file name. */
export interface UpstreamRecord {
  readonly filename: PackageFileName;
  readonly subdir: Subdir;
  /** The channel's URL, as it was asked for. */
  readonly channel: string;
  /** Where the bytes are; absolute. */
  readonly url: string;
  readonly record: RepodataRecord;
  /** What of upstream's record was mended or left out; absent where nothing was. */
  readonly findings?: readonly RecordFinding[] | undefined;
  /** Only of a package that is to be made of a file of a Python package index. */
  readonly made?: Made | undefined;
  /** Since when it is public, by a server's word, where somebody asked. */
  readonly published?: PublishedAt | undefined;
  /** Upstream's own, where a hotfix of ours changed `record`. */
  readonly unpatched?: RepodataRecord | undefined;
}

/** A name's records, those that can be used, and the reason why each unsound one was dropped. */
export interface UpstreamRecords {
  readonly records: readonly UpstreamRecord[];
  readonly problems: readonly Problem[];
}

/** A member of `packages` (`.tar.bz2`) or `packages.conda`, as it came. */
export interface RawRecord {
  readonly filename: string;
  readonly format: PackageFormat;
  readonly value: unknown;
  /** Why it cannot be told what the index says of this file. */
  readonly fault?: string;
}

/** The index that members were read from, and the name they were asked for by. */
export interface RecordOrigin {
  readonly name: string;
  readonly channel: string;
  readonly subdir: Subdir;
  /** Ends with `/`. */
  readonly packageBase: string;
  /** File names that upstream has withdrawn (CEP 36). */
  readonly removed: ReadonlySet<string>;
}

/**
 * Raised whenever something else may come of the same index, by {@link acceptRecords} or by who reads members for it (`readMembers`,
 * `readShard`): what was kept of an earlier one is then read anew (`kept-records.ts`).
 */
export const acceptedVersion = 1;

/**
 * Keeps what a record can be made of, as all clients read it; the rest becomes a problem that names the file, never an
 * error for its neighbours. What upstream withdrew (`removed`, CEP 36, or `revoked`, as conda knows it) is left out and is no problem.
 */
export function acceptRecords(members: Iterable<RawRecord>, origin: RecordOrigin): UpstreamRecords {
  const records: UpstreamRecord[] = [];
  const problems: Problem[] = [];
  const { channel, subdir, packageBase } = origin;
  for (const member of members) {
    if (origin.removed.has(member.filename)) continue;
    const accepted = acceptRecord(member, origin);
    if ('code' in accepted) {
      problems.push({ ...accepted, subject: `${shownUrl(`${channel}/${subdir}`)}/${shownLine(member.filename)}` });
    } else if (accepted.record['revoked'] !== true) {
      records.push({ ...accepted, subdir, channel, url: packageBase + accepted.filename });
    }
  }
  return { records, problems };
}

function acceptRecord(
  member: RawRecord,
  { name }: RecordOrigin,
): Pick<UpstreamRecord, 'filename' | 'record' | 'findings'> | Pick<Problem, 'code' | 'detail'> {
  const filename = parsePackageFileName(member.filename);
  if (filename === null || !filename.endsWith(member.format)) {
    return { code: 'record.file-name', detail: `A3.name: it is not the name of a ${member.format} package (CEP 26)` };
  }
  if (member.fault !== undefined) return { code: 'record.invalid', detail: member.fault };
  const normal = normaliseRecord(member.value);
  if (!normal.ok) return { code: 'record.invalid', detail: normal.detail };
  const { record, findings } = normal;
  const { stem } = packageFileParts(filename);
  if (record.name !== name || `${record.name}-${record.version}-${record.build}` !== stem) {
    const said = shownLine(`${record.name} ${record.version} ${record.build}`);
    return { code: 'record.identity', detail: `its record says ${said}` };
  }
  return { filename, record, ...(findings.length > 0 && { findings }) };
}
