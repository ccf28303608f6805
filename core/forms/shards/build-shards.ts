import { Buffer } from 'node:buffer';
import { constants, zstdCompressSync } from 'node:zlib';
import { Encoder } from '@msgpack/msgpack';
import { z } from 'zod';
import { type Sha256, sha256Of } from '../../digest.ts';
import type { IndexLine } from '../../index/state/index-line.ts';
import { compareCodePoints, parseJson } from '../../json.ts';
import type { PackageFormat } from '../../package-file-name.ts';
import type { FormSource } from '../form.ts';
import { linesByName, type NamedLines } from './order-by-name.ts';

/** All that a subdir says of one package name: an immutable file named by the hash of its bytes (CEP 16). */
export interface Shard {
  readonly name: string;
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
}

/**
 * The shards of a subdir, in no particular order; equal lines give equal bytes. A name of which nothing is listed has
 * none.
 *
 * @param only the names whose lines changed; all others keep the shards they have
 */
export async function* buildShards(source: FormSource, only?: ReadonlySet<string>): AsyncGenerator<Shard> {
  const encoder = new Encoder();
  for await (const named of linesByName(source, only)) {
    if (!named.lines.some(({ kind }) => kind === 'listed')) continue;
    const bytes = compress(encoder.encodeSharedRef(shardOf(named)));
    yield { name: named.name, sha256: sha256Of(bytes), bytes };
  }
}

/** msgpack as one zstd frame. Level 3: 9 saves 3 % and 19 6 %, for 20 times the time (performance.md 4). */
export function compress(packed: Uint8Array): Uint8Array {
  return zstdCompressSync(packed, {
    pledgedSrcSize: packed.length,
    // Native memory that V8 counts: with the default of 128 kB a large heap is collected again and again.
    chunkSize: 8192,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
}

/** CEP 16; `removed` only when something was, as conda-index writes it. */
function shardOf({ lines }: NamedLines): Record<string, unknown> {
  const listed = (format: PackageFormat) =>
    lines.filter(({ kind, filename }) => kind === 'listed' && filename.endsWith(format));
  const records = (format: PackageFormat) =>
    Object.fromEntries(listed(format).map((line) => [line.filename, shardRecord(line)]));
  const removed = lines.filter(({ kind }) => kind === 'withdrawn').map(({ filename }) => filename);
  const shard = { packages: records('.tar.bz2'), 'packages.conda': records('.conda') };
  return removed.length === 0 ? shard : { ...shard, removed: removed.sort(compareCodePoints) };
}

/** Our own bytes, canonical JSON of a record: not walked again. */
const recordSchema = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);
const anything = z.unknown();

/** Hashes are BIN: mamba skips hex digits silently. `run_exports` is in every record (CEP 21), and never patched. */
function shardRecord({ filename, record, runExports }: IndexLine): unknown {
  const read = parseJson(latin1(record), recordSchema, filename);
  read['md5'] = binary(read['md5']);
  read['sha256'] = binary(read['sha256']);
  read['run_exports'] = runExports.length === 2 ? {} : parseJson(latin1(runExports), anything, filename);
  return read;
}

const binary = (hex: unknown): Uint8Array => Buffer.from(String(hex), 'hex');
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
