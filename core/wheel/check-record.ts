import { createHash } from 'node:crypto';
import { refuse, shown } from '../archive/finding.ts';
import type { DecodeBudget } from '../archive/limits.ts';
import type { ZipMember } from '../archive/zip/open-zip.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { RecordRow } from './record.ts';

/** A file in a wheel, whose bytes are those that `RECORD` lists. */
export interface WheelFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
  readonly executable: boolean;
  /** Its bytes, from the start at each call. */
  open(): AsyncIterable<Uint8Array>;
}

/** Asked for each file of an archive, before its bytes: whoever wants to see them as they pass. */
export type FileObserver = (file: { readonly path: string; readonly mode: number; readonly size: number }) => {
  see(bytes: Uint8Array): void;
  end(sha256: Sha256): void;
};

interface Checked {
  readonly rows: ReadonlyMap<string, RecordRow | null>;
  readonly infoFolder: string;
  readonly budget: DecodeBudget;
  readonly observe?: FileObserver | undefined;
}

/**
 * Reads every byte of a wheel, and holds files and rows against each other, both ways.
 *
 * @throws GatehouseError `package.refused` with `wheel.record-*`, or A4 and A13 of the archive
 */
export async function checkFiles(
  members: ReadonlyMap<string, ZipMember>,
  { rows, infoFolder, budget, observe }: Checked,
): Promise<WheelFile[]> {
  // The signatures of RECORD cannot be in it (deprecated by PEP 815).
  const unlisted = new Set(['RECORD', 'RECORD.jws', 'RECORD.p7s'].map((name) => `${infoFolder}/${name}`));
  for (const path of rows.keys()) {
    if (!members.has(path)) refuse('wheel.record-absent', `RECORD lists ${shown(path)}, which is not there`);
  }
  const files: WheelFile[] = [];
  for (const [path, member] of members) {
    const row = rows.get(path) ?? null;
    if (row === null && !unlisted.has(path)) refuseUnlisted(path, rows.has(path));
    const spend = budget.meter(member.compressedSize);
    const seen = observe?.({ path, mode: member.mode & 0o7777, size: member.size });
    const see = (bytes: Uint8Array) => {
      spend(bytes.length);
      seen?.see(bytes);
    };
    const sha256 = await checkFile(member, row, see);
    seen?.end(sha256);
    files.push({ path, size: member.size, sha256, executable: (member.mode & 0o111) !== 0, open: member.open });
  }
  return files;
}

function refuseUnlisted(path: string, listed: boolean): never {
  if (listed) refuse('wheel.record-hash', `RECORD has no hash for ${shown(path)}`);
  return refuse('wheel.record-unlisted', `${shown(path)} is not in RECORD`);
}

async function checkFile(member: ZipMember, row: RecordRow | null, see: (bytes: Uint8Array) => void): Promise<Sha256> {
  const sha256 = createHash('sha256');
  const other = row === null || row.algorithm === 'sha256' ? null : createHash(row.algorithm);
  for await (const bytes of member.open()) {
    see(bytes);
    sha256.update(bytes);
    other?.update(bytes);
  }
  const found = sha256.copy();
  const digest = (other ?? found).digest('base64url');
  if (row !== null && (row.digest !== digest || (row.size ?? member.size) !== member.size)) {
    refuse('wheel.record-hash', `${shown(member.name)} is not the file that RECORD lists`);
  }
  return sha256Schema.parse(sha256.digest('hex'));
}
