import { canonicalJson } from '../json/json.ts';
import type { RepodataRecord } from './record.ts';

/** The keys in which two records differ, in order. A null is not the absence of a key: rattler takes some for damage. */
export function differingKeys(a: RepodataRecord, b: RepodataRecord): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => canonicalJson({ is: a[key] }) !== canonicalJson({ is: b[key] })).sort();
}
