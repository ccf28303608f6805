import { refuse } from '../archive/finding.ts';
import { openZip, type ZipMember } from '../archive/zip/open-zip.ts';
import type { ProjectName } from '../names/project-name.ts';
import { bytesSource } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Advisory } from './advisory.ts';
import { type ProjectAdvisory, readOsvRecord, readUnsoundRecord } from './osv-record.ts';

/** What an export says. */
export interface Advisories {
  readonly byProject: ReadonlyMap<ProjectName, readonly Advisory[]>;
  /** How many records it has. */
  readonly records: number;
  /** Names of records of which not even the project could be told, at most 20. */
  readonly lost: readonly string[];
  /** When its newest record was changed, in milliseconds since the epoch; what claims to be of the future does not count. */
  readonly newest: number;
}

/** 16 MiB; of 30,000 real records none has 2. */
const maxRecordBytes = 16 * 1024 ** 2;
/** 1 GiB of all records: they are read one after the other, and what they say of releases is held in memory. */
const maxTotalBytes = 1024 ** 3;
const maxRecords = 500_000;
/** Of a hundred records, how many may be beyond reading: more, and the export is damaged. */
const maxLostPercent = 1;
const maxLostNamed = 20;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Reads an export of OSV's, a ZIP with a record in each member, strictly: a cut or damaged one throws. A record that is none
 * costs the projects that it names (`unreadable`), or is counted.
 *
 * @param now milliseconds since the epoch
 * @throws GatehouseError `package.refused`, or `upstream.body` for a ZIP that is no such export
 */
export async function readExport(bytes: Uint8Array, now: number): Promise<Advisories> {
  const members = await openZip(bytesSource(bytes), () => {});
  const byProject = new Map<ProjectName, Advisory[]>();
  const lost: string[] = [];
  for await (const { name, told } of readRecords(members)) {
    if (told === null) lost.push(name);
    else for (const one of told) put(one, byProject);
  }
  if (byProject.size === 0) throw notAnExport('names no PyPI project');
  if (lost.length * 100 > members.length * maxLostPercent) {
    throw notAnExport(`has ${lost.length} of ${members.length} records that cannot be read`);
  }
  return { byProject, records: members.length, lost: lost.slice(0, maxLostNamed), newest: newestOf(byProject, now) };
}

function put({ project, advisory }: ProjectAdvisory, byProject: Map<ProjectName, Advisory[]>): void {
  const others = byProject.get(project);
  if (others === undefined) byProject.set(project, [advisory]);
  else others.push(advisory);
}

function newestOf(byProject: ReadonlyMap<ProjectName, readonly Advisory[]>, now: number): number {
  let newest = 0;
  for (const advisories of byProject.values()) {
    for (const { modified } of advisories) if (modified <= now + dayMs) newest = Math.max(newest, modified);
  }
  return newest;
}

const notAnExport = (what: string): GatehouseError => new GatehouseError('upstream.body', `the export ${what}`);

interface ReadRecord {
  readonly name: string;
  readonly told: readonly ProjectAdvisory[] | null;
}

async function* readRecords(members: readonly ZipMember[]): AsyncGenerator<ReadRecord> {
  if (members.length > maxRecords) refuse('A13.entries', `an export of more than ${maxRecords} records`);
  let total = 0;
  for (const member of members) {
    total += member.size;
    if (total > maxTotalBytes) refuse('A13.total', `an export of more than ${maxTotalBytes} bytes`);
    yield { name: member.name, told: member.size > maxRecordBytes ? null : await readRecord(member) };
  }
}

async function readRecord(member: ZipMember): Promise<readonly ProjectAdvisory[] | null> {
  const parts: Uint8Array[] = [];
  for await (const part of member.open()) parts.push(part);
  const text = new TextDecoder().decode(Buffer.concat(parts));
  return readOsvRecord(text, member.name) ?? readUnsoundRecord(text, member.name);
}
