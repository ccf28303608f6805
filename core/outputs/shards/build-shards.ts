import { Buffer } from 'node:buffer';
import { constants, zstdCompressSync } from 'node:zlib';
import { Encoder } from '@msgpack/msgpack';
import { z } from 'zod';
import { compareCodePoints } from '../../json/json.ts';
import { type Sha256, sha256Of } from '../../names/digest.ts';
import type { PackageFormat } from '../../names/package-file-name.ts';
import type { EntrySource, Section } from '../entries/entry-source.ts';
import { type IndexEntry, parsePart } from '../entries/index-entry.ts';

/** All that a subdir says of one package name: an immutable file named by the hash of its bytes (CEP 16). */
export interface Shard {
  readonly name: string;
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
}

/**
 * The shards of a subdir, in no particular order; equal entries give equal bytes. A name of which nothing is listed has
 * none.
 *
 * @param only the names whose entries changed; all others keep the shards they have
 */
export async function* buildShards(source: EntrySource, only?: ReadonlySet<string>): AsyncGenerator<Shard> {
  const encoder = new Encoder();
  for await (const named of entriesByName(source, only)) {
    if (!named.entries.some(({ kind }) => kind === 'listed')) continue;
    const bytes = compress(encoder.encodeSharedRef(shardOf(named)));
    yield { name: named.name, sha256: sha256Of(bytes), bytes };
  }
}

/** msgpack as one zstd frame. Level 3: level 9 saves 3 % more and 19 saves 6 %, for 20 times the time. */
export function compress(packed: Uint8Array): Uint8Array {
  return zstdCompressSync(packed, {
    pledgedSrcSize: packed.length,
    // V8 counts this native memory: with the default of 128 kB a large heap is collected again and again.
    chunkSize: 8192,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
}

/** A shard's content (CEP 16). `removed` is there only when something was, as conda-index writes it. */
function shardOf({ entries }: NamedEntries): Record<string, unknown> {
  const listed = (format: PackageFormat) =>
    entries.filter(({ kind, filename }) => kind === 'listed' && filename.endsWith(format));
  const records = (format: PackageFormat) =>
    Object.fromEntries(listed(format).map((entry) => [entry.filename, shardRecord(entry)]));
  const removed = entries.filter(({ kind }) => kind === 'withdrawn').map(({ filename }) => filename);
  const shard = { packages: records('.tar.bz2'), 'packages.conda': records('.conda') };
  return removed.length === 0 ? shard : { ...shard, removed: removed.sort(compareCodePoints) };
}

/** A record of our own, as canonical JSON: a schema of its fields would only walk it again. */
const recordSchema = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);
const anything = z.unknown();

/**
 * A record as a shard has it: hashes are BIN, since mamba skips hex digits silently; `run_exports` (CEP 21) is never
 * patched. `legacy_bz2_md5` is not in it: rattler until 0.3.5 wants bytes there, and conda text.
 */
function shardRecord({ filename, record, runExports }: IndexEntry): unknown {
  const { legacy_bz2_md5: _, ...read } = parsePart(record, recordSchema, filename);
  read['md5'] = binary(read['md5']);
  read['sha256'] = binary(read['sha256']);
  read['run_exports'] = runExports.length === 2 ? {} : parsePart(runExports, anything, filename);
  return read;
}

const binary = (hex: unknown): Uint8Array => Buffer.from(String(hex), 'hex');

/** All entries of one package name: those of `packages` first, each section in order of file name. */
export interface NamedEntries {
  readonly name: string;
  readonly entries: readonly IndexEntry[];
}

/** `name` of a valid `name-version-build.format`. Checking the name again with its pattern costs ten times this. */
export function nameOf(filename: string): string {
  return filename.slice(0, filename.lastIndexOf('-', filename.lastIndexOf('-') - 1));
}

/**
 * The entries of a subdir by name, each name once and as soon as its last entry is read: in order of file name all that
 * begin with `name-` stand together, names that begin so too between them (`a-1-0`, `a-b-1-0`, `a-v1-0`).
 *
 * @param only leaves all other names out
 */
export async function* entriesByName(source: EntrySource, only?: ReadonlySet<string>): AsyncGenerator<NamedEntries> {
  const waiting = new Map<string, IndexEntry[]>();
  for await (const entries of merged(source)) {
    for (const entry of entries) {
      const name = nameOf(entry.filename);
      const same = waiting.get(name);
      same?.push(entry);
      if (same !== undefined || only?.has(name) === false) continue;
      yield* complete(waiting, entry.filename);
      waiting.set(name, [entry]);
    }
  }
  yield* complete(waiting, '');
}

/** Takes out the names that no file from `next` on can have. */
function* complete(waiting: Map<string, IndexEntry[]>, next: string): Generator<NamedEntries> {
  for (const [name, entries] of waiting) {
    if (next.startsWith(`${name}-`)) continue;
    waiting.delete(name);
    const conda = entries.filter(({ filename }) => filename.endsWith('.conda'));
    yield { name, entries: [...entries.filter(({ filename }) => filename.endsWith('.tar.bz2')), ...conda] };
  }
}

/** The entries of both sections in order of file name; the array ends where a batch does. */
async function* merged(source: EntrySource): AsyncGenerator<readonly IndexEntry[]> {
  const [a, b] = [cursor(source, 'packages'), cursor(source, 'packages.conda')];
  while ((await a.fill()) || (await b.fill())) {
    await b.fill();
    const entries: IndexEntry[] = [];
    for (let entry = lesser(a, b); entry !== null; entry = lesser(a, b)) entries.push(entry);
    yield entries;
  }
}

/** The next entry of both; null when only another batch can tell which it is. */
function lesser(a: Cursor, b: Cursor): IndexEntry | null {
  const [left, right] = [a.peek(), b.peek()];
  if (left === undefined) return a.done() ? b.take() : null;
  if (right === undefined) return b.done() ? a.take() : null;
  return left.filename <= right.filename ? a.take() : b.take();
}

type Cursor = ReturnType<typeof cursor>;

function cursor(source: EntrySource, section: Section) {
  const batches = source.entries(section)[Symbol.asyncIterator]();
  let entries: readonly IndexEntry[] = [];
  let at = 0;
  let done = false;
  return {
    done: () => done,
    peek: () => entries[at],
    take: () => entries[at++] ?? null,
    /** Reads a batch when the last is used up; false at the end. */
    async fill(): Promise<boolean> {
      for (; !done && at >= entries.length; at = 0) {
        const batch = await batches.next();
        done = batch.done === true;
        entries = batch.done ? [] : batch.value;
      }
      return !done;
    },
  };
}
