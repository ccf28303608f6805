import { Buffer } from 'node:buffer';
import { Encoder } from '@msgpack/msgpack';
import type { Candidate, CandidatePool } from '../../core/ports/solver.ts';

const indexPath = 'noarch/repodata_shards.msgpack.zst';
const shardPath = /^noarch\/0{56}([0-9a-f]{8})\.msgpack\.zst$/;

/**
 * A pool as files of a sharded channel (CEP 16), each made when it is asked for: a solve visits few of a channel's
 * names. All is served as `noarch`, which halves the requests; records keep their own subdir, and their file name below
 * `base_url` is the candidate's key. Shards go by number instead of by hash: the WASM build checks none.
 */
export function poolFiles(pool: CandidatePool): (path: string) => Uint8Array<ArrayBuffer> | null {
  const encoder = new Encoder({ ignoreUndefined: true, initialBufferSize: 64 * 1024 });
  let sorted: readonly string[] | null = null;
  return (path) => {
    sorted ??= [...pool.candidates.keys()].sort();
    if (path === indexPath) return storedZstd(encoder.encodeSharedRef(shardIndex(sorted)));
    const number = shardPath.exec(path)?.[1];
    if (number === undefined) return null;
    const candidates = pool.candidates.get(sorted[Number.parseInt(number, 16)] ?? '');
    return candidates === undefined ? null : storedZstd(encoder.encodeSharedRef(shard(pool.platform, candidates)));
  };
}

function shardIndex(names: readonly string[]): unknown {
  const shards = names.map((name, number) => {
    const hash = Buffer.alloc(32);
    hash.writeUInt32BE(number, 28);
    return [name, hash];
  });
  const info = { subdir: 'noarch', base_url: '../', shards_base_url: '' };
  return { version: 1, info, shards: Object.fromEntries(shards) };
}

/** rattler breaks the last ties by order: the platform's own package before noarch, then by key. */
function shard(platform: string, candidates: readonly Candidate[]): unknown {
  const foreign = ({ key }: Candidate): number => (key.startsWith(`${platform}/`) ? 0 : 1);
  const ordered = candidates.toSorted((a, b) => foreign(a) - foreign(b) || (a.key < b.key ? -1 : 1));
  const records = Object.fromEntries(ordered.map((candidate) => [candidate.key, shardRecord(candidate)]));
  return { packages: {}, 'packages.conda': records };
}

/** A candidate as shards have records: every value as it is but for the hashes, which are bytes (CEP 16). */
function shardRecord({ key, record }: Candidate): Record<string, unknown> {
  const { md5, sha256, legacy_bz2_md5: legacy, ...rest } = record;
  return {
    ...rest,
    subdir: key.slice(0, key.indexOf('/')),
    md5: bytesOf(md5),
    sha256: bytesOf(sha256),
    legacy_bz2_md5: bytesOf(legacy),
  };
}

const bytesOf = (hex: unknown): unknown => (typeof hex === 'string' ? Buffer.from(hex, 'hex') : hex);

/** RFC 8878: no block holds more. */
const maxBlockBytes = 128 * 1024;
const headBytes = 9;
const blockHeadBytes = 3;

/**
 * Bytes as one zstd frame that compresses nothing: a single segment of raw blocks (RFC 8878, 3.1.1). What is read once
 * in the same process need not shrink, and node:zlib's context for each of 20,000 records' shards was half of the time
 * it takes to make them. Up to 4 GiB.
 */
export function storedZstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(1, Math.ceil(bytes.length / maxBlockBytes));
  const frame = Buffer.from(new ArrayBuffer(headBytes + blocks * blockHeadBytes + bytes.length));
  frame.writeUInt32LE(0xfd2fb528);
  frame.writeUInt8(0b1010_0000, 4);
  frame.writeUInt32LE(bytes.length, 5);
  for (let block = 0; block < blocks; block++) {
    const body = bytes.subarray(block * maxBlockBytes, (block + 1) * maxBlockBytes);
    const at = headBytes + block * (blockHeadBytes + maxBlockBytes);
    const last = block === blocks - 1 ? 1 : 0;
    frame.writeUIntLE(body.length * 8 + last, at, blockHeadBytes);
    frame.set(body, at + blockHeadBytes);
  }
  return frame;
}
