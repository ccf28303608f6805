import { Buffer } from 'node:buffer';
import { Encoder } from '@msgpack/msgpack';
import { solverDependency } from '../../core/names/match-spec/solver-spec.ts';
import type { Candidate, CandidatePool } from '../../core/ports/solver.ts';

const indexPath = 'noarch/repodata_shards.msgpack.zst';
const shardPath = /^noarch\/0{56}([0-9a-f]{8})\.msgpack\.zst$/;

/**
 * A pool as files of a sharded channel (CEP 16), each made when it is asked for: a solve visits few of a channel's
 * names. All is served as `noarch`, which halves the requests; records keep their own subdir, and their file name is
 * the candidate's key. Shards go by number instead of by hash: the WASM build checks none.
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
  const info = { subdir: 'noarch', base_url: '', shards_base_url: '' };
  return { version: 1, info, shards: Object.fromEntries(shards) };
}

/** rattler breaks the last ties by order: the platform's own package before noarch, then by key. */
function shard(platform: string, candidates: readonly Candidate[]): unknown {
  const foreign = ({ key }: Candidate): number => (key.startsWith(`${platform}/`) ? 0 : 1);
  const ordered = candidates.toSorted((a, b) => foreign(a) - foreign(b) || (a.key < b.key ? -1 : 1));
  const records = Object.fromEntries(ordered.map((candidate) => [candidate.key, shardRecord(candidate)]));
  return { packages: {}, 'packages.conda': records };
}

/** Year 9999: rattler refuses a whole shard for one timestamp beyond its calendar. */
const maxTimestampMs = 253_402_300_799_000;

/**
 * A candidate as rattler's shard reader takes it: only the keys a solve or a MatchSpec can look at. One value of a wrong
 * type makes rattler refuse every record of the name, so what does not fit is left out. Hashes are bytes (CEP 16).
 */
function shardRecord({ key, record }: Candidate): Record<string, unknown> {
  const { name, version, build, build_number, md5, sha256, timestamp } = record;
  const isInCalendar = timestamp !== undefined && timestamp >= 0 && timestamp <= maxTimestampMs;
  return {
    name,
    version,
    build,
    build_number,
    depends: record.depends.map(solverDependency),
    constrains: record.constrains?.map(solverDependency),
    subdir: key.slice(0, key.indexOf('/')),
    md5: md5 === undefined ? undefined : Buffer.from(md5, 'hex'),
    sha256: sha256 === undefined ? undefined : Buffer.from(sha256, 'hex'),
    timestamp: isInCalendar ? Math.trunc(timestamp) : undefined,
    track_features: featuresOf(record['track_features']),
  };
}

/** A list or a text with spaces (CEP 34). An empty text is no feature, though rattler would count it as one. */
function featuresOf(features: unknown): string[] | undefined {
  const all = Array.isArray(features) ? features : [features];
  const words = all.flatMap((text) => (typeof text === 'string' ? text.split(/[\s,]+/) : [])).filter(Boolean);
  return words.length === 0 ? undefined : words;
}

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
