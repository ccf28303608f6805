import { Buffer, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseJson } from '../json/json.ts';
import { plainObjectSchema } from '../json/plain-object.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { startJsonScan } from './json-scan.ts';

/** A member of a JSON object that was scanned before, parsed but not yet held against any schema. */
export interface ReadMember {
  readonly filename: string;
  readonly value: unknown;
  /** Why it cannot be told what upstream says of this file. */
  readonly fault?: string;
}

/** One read of a MiB costs less than hundreds of half a KiB, and members of one name mostly lie side by side. */
const maxReadBytes = 1024 * 1024;
const maxMemberBytes = 16 * 1024 * 1024;

/**
 * Reads the members at `offsets` (`start, end` pair behind pair, in order). What two readers would take for two things,
 * or cannot be read, costs the one file: its member has a fault.
 */
export async function readMembers(source: ByteSource, offsets: readonly number[]): Promise<ReadMember[]> {
  const members = new Map<string, ReadMember>();
  for (const { start, end, parts } of runsOf(offsets)) {
    // Of a member that is too large only its key is wanted.
    const bytes = await source.read(start, Math.min(end, start + maxMemberBytes));
    for (const [from, to] of parts) {
      const member = readMember(bytes.subarray(from - start, to - start), to - from);
      const isSecond = members.has(member.filename);
      members.set(member.filename, isSecond ? faulty(member.filename, 'its file name comes twice') : member);
    }
  }
  return [...members.values()];
}

/** Names the members at `offsets`, by their bytes alone. */
export async function digestMembers(source: ByteSource, offsets: readonly number[]): Promise<Sha256> {
  const hash = createHash('sha256');
  for (const { start, end, parts } of runsOf(offsets)) {
    const bytes = await source.read(start, Math.min(end, start + maxMemberBytes));
    // With its length: where one ends and the next begins is told too.
    for (const [from, to] of parts) hash.update(`${to - from} `).update(bytes.subarray(from - start, to - start));
  }
  return sha256Schema.parse(hash.digest('hex'));
}

interface Run {
  readonly start: number;
  end: number;
  readonly parts: [number, number][];
}

function runsOf(offsets: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < offsets.length; i += 2) {
    const [start = 0, end = 0] = offsets.slice(i, i + 2);
    const last = runs.at(-1);
    if (last !== undefined && end - last.start <= maxReadBytes) {
      last.end = end;
      last.parts.push([start, end]);
    } else {
      runs.push({ start, end, parts: [[start, end]] });
    }
  }
  return runs;
}

/** @param size what the member has; `bytes` may be its start only */
function readMember(bytes: Uint8Array, size: number): ReadMember {
  if (size > bytes.length) return faulty(keyOf(bytes), `has more than ${maxMemberBytes} bytes`);
  if (!isUtf8(bytes)) return faulty(keyOf(bytes), 'is not UTF-8');
  const object = Buffer.concat([brace.open, bytes, brace.close]);
  const [[filename, value] = [keyOf(bytes), null]] = Object.entries(
    parseJson(`${object}`, plainObjectSchema, 'a record'),
  );
  if (typeof value === 'object' && value !== null && keysIn(object) > Object.keys(value).length) {
    return faulty(filename, 'has one of its keys twice');
  }
  return { filename, value };
}

const brace = { open: Buffer.from('{'), close: Buffer.from('}') };
const faulty = (filename: string, fault: string): ReadMember => ({ filename, value: null, fault });

/** More than any file name has (211), so that a member that cannot be read is named. */
const maxNamedBytes = 4096;

/** The key of a member that cannot be parsed: as far as it is UTF-8, its escapes as they are written. */
function keyOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, maxNamedBytes)).toString();
  return /^"((?:[^"\\]|\\.)*)/s.exec(start)?.[1] ?? '';
}

/** Counts the keys of the one object in an object, each as often as it comes: a parser keeps the last of the same. */
function keysIn(object: Uint8Array): number {
  let keys = 0;
  const scan = startJsonScan({
    key(depth) {
      if (depth === 2) keys++;
    },
    member() {},
    fail: (reason, offset) => {
      throw new TypeError(`${reason} at byte ${offset} of what was scanned before`);
    },
  });
  scan.push(object);
  return keys;
}
