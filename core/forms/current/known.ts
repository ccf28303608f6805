import { z } from 'zod';
import type { IndexLine } from '../../index/state/index-line.ts';
import { parseJson } from '../../json.ts';
import { packageFileParts } from '../../package-file-name.ts';

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
  const { version, build } = packageFileParts(filename);
  return { filename, version, build, buildNumber: build_number, timestamp, featured, depends };
}

/** Features are a list or one text. */
const hasAny = (features: unknown): boolean => (Array.isArray(features) ? features.length > 0 : Boolean(features));

/** What conda sees: no `.tar.bz2` beside its `.conda`, and those first. */
export function withoutTwins<T extends { readonly filename: string }>(packages: readonly T[]): readonly T[] {
  if (packages.length < 2) return packages;
  const conda = packages.filter(({ filename }) => filename.endsWith('.conda'));
  const stems = new Set(conda.map(({ filename }) => packageFileParts(filename).stem));
  const legacy = packages.filter(
    ({ filename }) => filename.endsWith('.tar.bz2') && !stems.has(packageFileParts(filename).stem),
  );
  return [...conda, ...legacy];
}
