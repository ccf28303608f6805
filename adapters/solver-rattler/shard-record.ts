import { Buffer } from 'node:buffer';
import { solverDependency } from '../../core/match-spec/solver-spec.ts';
import type { Candidate } from '../../core/ports/solver.ts';

/** Year 9999 in milliseconds: rattler refuses a whole shard for one timestamp beyond its calendar. */
const latest = 253_402_300_799_000;

/**
 * A candidate as rattler's shard reader takes it: only the keys a solve or a MatchSpec can look at. One value of a wrong
 * type makes rattler refuse every record of the name, so what does not fit is left out. Hashes are bytes (CEP 16).
 */
export function shardRecord({ key, record }: Candidate): Record<string, unknown> {
  const { name, version, build, build_number, md5, sha256 } = record;
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
    timestamp: timestampOf(record.timestamp),
    track_features: featuresOf(record['track_features']),
  };
}

function timestampOf(timestamp: number | undefined): number | undefined {
  if (timestamp === undefined || !(timestamp >= 0 && timestamp <= latest)) return undefined;
  return Math.trunc(timestamp);
}

/** A list or a text with spaces (CEP 34). An empty text is no feature, though rattler would count it as one. */
function featuresOf(features: unknown): string[] | undefined {
  const all = Array.isArray(features) ? features : [features];
  const words = all.flatMap((text) => (typeof text === 'string' ? text.split(/[\s,]+/) : [])).filter(Boolean);
  return words.length === 0 ? undefined : words;
}
