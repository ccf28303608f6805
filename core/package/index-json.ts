import { z } from 'zod';
import { type Report, refuse } from '../archive/finding.ts';
import { parseJson } from '../json/json.ts';
import { notEmpty } from '../json/length-checks.ts';
import type { Digests } from '../names/digest.ts';
import { packageNameSchema } from '../names/package-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import { normaliseRecord } from '../record/normalise-record.ts';
import type { RepodataRecord } from '../record/record.ts';

/** `info/index.json` (CEP 34) as real builders write it: the keys the pipeline reads are typed, the rest is kept. */
const writtenSchema = z.looseObject({
  name: packageNameSchema,
  version: z.string().check(notEmpty),
  build: z.string().check(notEmpty),
  build_number: z.int().nonnegative(),
  depends: z.union([z.array(z.string()), z.string()]).nullish(),
  subdir: z.string().nullish(),
});

/** A package's own account of itself, `depends` always a list and no subdir null. */
export interface IndexJson {
  readonly name: z.infer<typeof packageNameSchema>;
  readonly version: string;
  readonly build: string;
  readonly build_number: number;
  readonly depends: readonly string[];
  readonly subdir?: string;
  readonly [key: string]: unknown;
}

/**
 * Parses `info/index.json`. A `depends` that is one string (conda-verify's test packages) is read as a list of it.
 *
 * @throws GatehouseError `package.refused` with `B7.json` when it is not JSON or an identity field is missing
 */
export function parseIndexJson(text: string, what: string, report: Report): IndexJson {
  const { depends, subdir, ...rest } = parseInfoJson(text, writtenSchema, what);
  if (typeof depends === 'string') report('index.depends', `depends of ${what} is one string, not a list`);
  return {
    ...rest,
    depends: typeof depends === 'string' ? [depends] : (depends ?? []),
    ...(subdir != null && { subdir }),
  };
}

/** A JSON file of the package's `info/`; errors as {@link parseIndexJson}. */
export function parseInfoJson<T>(text: string, schema: z.ZodType<T>, what: string): T {
  try {
    return parseJson(text, schema, what);
  } catch (error) {
    if (error instanceof GatehouseError) refuse('B7.json', error.message);
    throw error;
  }
}

/** Keys of `info/index.json` that no record carries (conda-index, `conda_index/index/cache.py`). */
const unlistedKeys = new Set([
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
 * The record of a package that no channel has described: its `info/index.json`, unknown keys included, and the size and
 * hashes of its bytes (CEP 36), as all clients read it. Its subdir is that of the folder it lies in.
 *
 * @param report is told of what was mended or left out
 * @throws GatehouseError `package.refused` with `B7.json` when no record can be made of it
 */
export function recordFromIndex(
  index: IndexJson,
  digests: Digests,
  subdir: Subdir,
  report: Report = () => {},
): RepodataRecord {
  const kept = Object.fromEntries(Object.entries(index).filter(([key]) => !unlistedKeys.has(key)));
  const normal = normaliseRecord({ ...kept, ...digests, subdir });
  if (!normal.ok) refuse('B7.json', normal.detail);
  for (const { code, detail } of normal.findings) report(code, detail);
  return normal.record;
}
