import { z } from 'zod';
import type { ByteSource } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';
import { parseJson } from '../json.ts';

/** A member of a JSON object, parsed but not held against anything yet. */
export interface ReadMember {
  readonly filename: string;
  readonly value: unknown;
}

/** Members of one name mostly lie side by side: one read of up to a MiB costs less than hundreds of half a KiB. */
const longestRun = 1024 * 1024;
const largestMember = 16 * 1024 * 1024;

const memberSchema = z.record(z.string(), z.unknown());

/**
 * Reads the members at `offsets` (`start, end` pair behind pair, in order).
 *
 * @param what names the document in the error: `upstream.body` for a key that comes twice or bytes that are not UTF-8
 */
export async function readMembers(source: ByteSource, offsets: readonly number[], what: string): Promise<ReadMember[]> {
  const members = new Map<string, unknown>();
  for (const run of runsOf(offsets)) {
    if (run.end - run.start > largestMember)
      throw new GatehouseError('upstream.too-large', `${what}: a record too large`);
    const bytes = await source.read(run.start, run.end);
    for (const [start, end] of run.parts) {
      const { filename, value } = parseMember(bytes.subarray(start - run.start, end - run.start), what);
      if (members.has(filename)) throw new GatehouseError('upstream.body', `${what}: a second "${filename}"`);
      members.set(filename, value);
    }
  }
  return [...members].map(([filename, value]) => ({ filename, value }));
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
    if (last !== undefined && end - last.start <= longestRun) {
      last.end = end;
      last.parts.push([start, end]);
    } else {
      runs.push({ start, end, parts: [[start, end]] });
    }
  }
  return runs;
}

function parseMember(bytes: Uint8Array, what: string): ReadMember {
  const [member] = Object.entries(parseJson(`{${utf8(bytes, what)}}`, memberSchema, what));
  if (member === undefined) throw new GatehouseError('upstream.body', `${what}: a member without a usable name`);
  return { filename: member[0], value: member[1] };
}

function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('upstream.body', `${what}: a record that is not UTF-8`, { cause });
  }
}
