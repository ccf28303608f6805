import { Buffer } from 'node:buffer';
import { Encoder } from '@msgpack/msgpack';
import type { Candidate, CandidatePool } from '../../core/ports/solver.ts';
import { shardRecord } from './shard-record.ts';
import { storedZstd } from './stored-zstd.ts';

const index = 'noarch/repodata_shards.msgpack.zst';
const shard = /^noarch\/0{56}([0-9a-f]{8})\.msgpack\.zst$/;

/**
 * A pool as files of a sharded channel (CEP 16), each made when it is asked for: a solve visits few of a channel's
 * names. All is served as `noarch`, which halves the requests; records keep their own subdir, and their file name is
 * the candidate's key. Shards go by number instead of by hash: the WASM build checks none.
 */
export function poolFiles(pool: CandidatePool): (path: string) => Uint8Array<ArrayBuffer> | null {
  const encoder = new Encoder({ ignoreUndefined: true, initialBufferSize: 64 * 1024 });
  const packed = (value: unknown): Uint8Array<ArrayBuffer> => storedZstd(encoder.encodeSharedRef(value));
  let sorted: readonly string[] | null = null;
  const names = (): readonly string[] => {
    sorted ??= [...pool.candidates.keys()].sort();
    return sorted;
  };
  return (path) => {
    if (path === index) return packed(indexOf(names()));
    const number = shard.exec(path)?.[1];
    if (number === undefined) return null;
    const candidates = pool.candidates.get(names()[Number.parseInt(number, 16)] ?? '');
    return candidates === undefined ? null : packed(shardOf(pool.platform, candidates));
  };
}

function indexOf(names: readonly string[]): unknown {
  const shards = Object.fromEntries(names.map((name, number) => [name, numberAsHash(number)]));
  return { version: 1, info: { subdir: 'noarch', base_url: '', shards_base_url: '' }, shards };
}

function numberAsHash(number: number): Buffer {
  const hash = Buffer.alloc(32);
  hash.writeUInt32BE(number, 28);
  return hash;
}

/** rattler settles the last ties by order: the platform's own package before noarch, then by key. */
function shardOf(platform: string, candidates: readonly Candidate[]): unknown {
  const foreign = ({ key }: Candidate): number => (key.startsWith(`${platform}/`) ? 0 : 1);
  const ordered = candidates.toSorted((a, b) => foreign(a) - foreign(b) || (a.key < b.key ? -1 : 1));
  const records = Object.fromEntries(ordered.map((candidate) => [candidate.key, shardRecord(candidate)]));
  return { packages: {}, 'packages.conda': records };
}
