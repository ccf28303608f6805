import type { Digests } from '../digest.ts';
import { parseValue } from '../json.ts';
import { type RepodataRecord, recordSchema } from '../record/record.ts';
import type { Subdir } from '../subdir.ts';
import type { IndexJson } from './index-json.ts';

/** Keys of `info/index.json` that no record carries (conda-index, `conda_index/index/cache.py`). */
const left = new Set([
  'arch',
  'has_prefix',
  'mtime',
  'platform',
  'ucs',
  'requires_features',
  'binstar',
  'target-triplet',
  'machine',
  'operatingsystem',
]);

/**
 * The record of a package nobody else has described: its `info/index.json`, unknown keys included, and what its bytes
 * are (CEP 36). A package that does not name its subdir gets that of the folder it lies in.
 */
export function recordFromIndex(index: IndexJson, digests: Digests, subdir: Subdir): RepodataRecord {
  const kept = Object.fromEntries(Object.entries(index).filter(([key]) => !left.has(key)));
  return parseValue({ subdir, ...kept, ...digests }, recordSchema, `the record of ${index.name}`);
}
