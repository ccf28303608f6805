import type { Decision } from '../control.ts';
import { applyHotfix } from '../forms/hotfix/hotfix.ts';
import { canonicalJson } from '../json.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';

interface Upstream {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  /** Upstream's record as it is now. */
  readonly record: RepodataRecord;
}

/** The alteration that brings an indexed record in line with upstream's; null when they say the same. */
export function draftChange(upstream: Upstream, known: RepodataRecord, decision: Decision): Alteration | null {
  const { subdir, filename, record } = upstream;
  // What only the bytes and the time of entry can say is the index's to know.
  const { sha256, md5, size, indexed_timestamp } = known;
  const own: RepodataRecord = { ...record, subdir, sha256, md5, size, indexed_timestamp };
  const wanted = decision.hotfix === undefined ? own : applyHotfix(own, decision.hotfix);
  if (wanted === null) return null;
  const keys = new Set([...Object.keys(known), ...Object.keys(wanted)]);
  const differing = [...keys].filter((key) => canonicalJson([known[key]]) !== canonicalJson([wanted[key]])).sort();
  if (differing.length === 0) return null;
  const reason = `upstream changed ${differing.join(', ')}`;
  return { kind: 'change', subdir, filename, record: wanted, decision: { ...decision, record }, reason };
}
