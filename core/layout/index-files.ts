/*
 * Names of a subdir's index files, for whoever may name a file but not make one: keys, permissions, the allowlist's
 * schema. How each is made, cached and verified: core/outputs/outputs.ts.
 */

/** Index files that every subdir has. */
export const mainIndexFiles = [
  'repodata.json',
  'repodata.json.zst',
  'current_repodata.json',
  'run_exports.json',
] as const;

/** Index files written only where the allowlist's `forms` asks for them. */
export const optionalIndexFiles = [
  'repodata_shards.msgpack.zst',
  'repodata.json.bz2',
  'repodata_from_packages.json',
] as const;
export type OptionalIndexFile = (typeof optionalIndexFiles)[number];

export type IndexFile = (typeof mainIndexFiles)[number] | OptionalIndexFile;
