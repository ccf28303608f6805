import { z } from 'zod';
import type { IndexLine } from '../../index/state/index-line.ts';
import { parseJson } from '../../json.ts';

/** A listed package as the choice of the newest needs it. */
export interface Known {
  readonly filename: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  /** As the record has it; 0 when it has none. */
  readonly timestamp: number;
  /** Whether it tracks or has features. */
  readonly featured: boolean;
  readonly depends: readonly string[];
}

const recordSchema = z.looseObject({
  build_number: z.number().default(0),
  timestamp: z.number().default(0),
  depends: z.array(z.string()).default([]),
  track_features: z.unknown().optional(),
  features: z.unknown().optional(),
});

export function knownOf({ filename, record }: IndexLine): Known {
  const text = Buffer.from(record.buffer, record.byteOffset, record.length).toString('latin1');
  const { build_number, timestamp, depends, track_features, features } = parseJson(text, recordSchema, filename);
  const featured = hasAny(track_features) || hasAny(features);
  const { version, build } = partsOf(filename);
  return { filename, version, build, buildNumber: build_number, timestamp, featured, depends };
}

/** Features are a list or one text. */
const hasAny = (features: unknown): boolean => (Array.isArray(features) ? features.length > 0 : Boolean(features));

/** `name-version-build` of a valid file name. */
export const stemOf = (filename: string): string =>
  filename.slice(0, filename.endsWith('.conda') ? -'.conda'.length : -'.tar.bz2'.length);

/** The parts of a valid file name: checking it again costs ten times this. */
export function partsOf(filename: string): { readonly name: string; readonly version: string; readonly build: string } {
  const stem = stemOf(filename);
  const last = stem.lastIndexOf('-');
  const first = stem.lastIndexOf('-', last - 1);
  return { name: stem.slice(0, first), version: stem.slice(first + 1, last), build: stem.slice(last + 1) };
}

/** What conda sees: no `.tar.bz2` beside its `.conda`, and those first. */
export function withoutTwins<T extends { readonly filename: string }>(packages: readonly T[]): readonly T[] {
  if (packages.length < 2) return packages;
  const conda = packages.filter(({ filename }) => filename.endsWith('.conda'));
  const stems = new Set(conda.map(({ filename }) => stemOf(filename)));
  const legacy = packages.filter(({ filename }) => filename.endsWith('.tar.bz2') && !stems.has(stemOf(filename)));
  return [...conda, ...legacy];
}
