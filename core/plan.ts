import { z } from 'zod';
import { md5Schema, sha256Schema } from './digest.ts';
import { packageFileNameSchema } from './package-file-name.ts';
import type { Problem } from './problem.ts';
import { recordSchema } from './record.ts';
import { type Subdir, subdirSchema } from './subdir.ts';

/** One package file the allowlist needs: where it is upstream, what its bytes must be, and which entries brought it. */
export const artifactSchema = z.strictObject({
  subdir: subdirSchema,
  filename: packageFileNameSchema,
  /** The upstream channel's URL, as the allowlist spells it. */
  channel: z.string(),
  /** Where the bytes are; absolute. */
  url: z.string(),
  /** Bytes; null when upstream's record does not say. */
  size: z.int().nonnegative().nullable(),
  sha256: sha256Schema.nullable(),
  md5: md5Schema.nullable(),
  /** Upstream's record as it is now, hotfixes included. */
  record: recordSchema,
  /** The entries that need it, in the allowlist's order; `environment:NAME` for a group. */
  why: z.array(z.string()).min(1),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** `<subdir>/<filename>`: an artifact's identity within a channel. */
export const artifactId = (artifact: { readonly subdir: string; readonly filename: string }): string =>
  `${artifact.subdir}/${artifact.filename}`;

/** How one entry fared on one platform, and with one python when the allowlist lists any. */
export interface EntryOutcome {
  readonly entry: string;
  readonly platform: Subdir;
  readonly python: string | null;
  readonly solved: boolean;
  /** Artifact ids of the solution, in order; empty when unsolved. */
  readonly artifacts: readonly string[];
  /** The solver's own explanation, made readable; null when solved. */
  readonly explanation: string | null;
}

/** A record of the index that upstream or the allowlist wants changed or gone; see design decisions 11 and 12. */
export interface Alteration {
  readonly kind: 'change' | 'drop' | 'second-format';
  readonly subdir: Subdir;
  readonly filename: string;
  readonly reason: string;
}

/** What a sync would do. Equal inputs give equal bytes. */
export interface Plan {
  /** All the allowlist needs, in order of id. */
  readonly artifacts: readonly Artifact[];
  /** Ids of those the store does not have. */
  readonly add: readonly string[];
  /** Alterations that were proved harmless. */
  readonly alter: readonly Alteration[];
  readonly entries: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
  /** False when something needed could not be read: such a plan removes nothing. */
  readonly complete: boolean;
}

/** The message on the queue: names its plan; records stay in the plan. */
export const jobSchema = z.strictObject({ plan: sha256Schema, artifact: z.string() });
export type Job = z.infer<typeof jobSchema>;
