import { z } from 'zod';
import { notEmpty } from '../../json/length-checks.ts';
import { sha256Schema } from '../../names/digest.ts';
import { distributionFileNameSchema } from '../../names/distribution-file-name.ts';
import { projectNameSchema } from '../../names/project-name.ts';
import { subdirSchema } from '../../names/subdir.ts';
import { publishedAtSchema } from '../gate/verdict.ts';
import { fileDecisionSchema } from './project-control.ts';

/** A file that pip needs for some entry: a wheel of an index as it is, or one that is read from a source distribution. */
export const simpleFileSchema = z.strictObject({
  project: projectNameSchema,
  fileName: distributionFileNameSchema,
  /** The release's version, in PEP 440's canonical form. */
  release: z.string(),
  /** The index's URL, as the allowlist spells it. */
  index: z.string(),
  /** Where the bytes are, or those of the sdist it is read from; absolute. */
  url: z.string(),
  /** Bytes at `url`; null when the index does not say. */
  size: z.int().nonnegative().nullable(),
  /** Of the bytes at `url`: the wheel's own, or the sdist's. */
  sha256: sha256Schema,
  /** PEP 700, in UTC with `Z`; null when the index does not say. */
  uploadTime: z.string().nullable(),
  /** Since when the file of the index is public; absent of what the store has, and where nobody needs to know. */
  published: publishedAtSchema.optional(),
  /** Only of a wheel that is read from a source distribution: the sdist's name. */
  sdist: z.string().optional(),
  /** What the plan went by, where it read this wheel's metadata: it was read beside the wheel, or of a part of it. */
  asks: sha256Schema.optional(),
  /** As upstream's page has it (PEP 592). */
  yanked: z.union([z.literal(true), z.string()]).optional(),
  /** What the page says instead of the metadata's `Requires-Python`: with the entry's own bound on python. */
  requiresPython: z.string().optional(),
  /** Where the index keeps who attested what of it (PEP 740), when the first file of its release came, its project's status (PEP 792). */
  attestations: z.string().optional(),
  releasedAt: z.number().optional(),
  projectStatus: z.string().optional(),
  /** The entries that need it, in the allowlist's order. */
  why: z.array(z.string()).check(notEmpty),
});
export type SimpleFile = z.infer<typeof simpleFileSchema>;

/** `simple/<project>/<file name>`: what a file is called in plans and jobs, and its key in the store. */
export const simpleFileId = ({ project, fileName }: Pick<SimpleFile, 'project' | 'fileName'>): string =>
  `simple/${project}/${fileName}`;

/** How one entry fared for pip, on one platform with one python. */
export const pipOutcomeSchema = z.strictObject({
  entry: z.string(),
  platform: subdirSchema,
  /** `3.12`; null when there is none to ask for, or nobody came to it. */
  python: z.string().nullable(),
  /** `failed`: an index could not be read, which says nothing about the entry. */
  status: z.enum(['solved', 'unsolvable', 'failed']),
  /** Ids of the files that pip would take, in order; empty unless solved. */
  files: z.array(z.string()),
  /** Why there is no solution; null when there is one. */
  explanation: z.string().nullable(),
});
export type PipOutcome = z.infer<typeof pipOutcomeSchema>;

/** Project -> file name -> decision. */
const decisionsSchema = z.record(z.string(), z.record(z.string(), fileDecisionSchema));
export type FileDecisions = z.infer<typeof decisionsSchema>;

/** What a sync would do for pip. */
export const simplePlanSchema = z.strictObject({
  /** All that the allowlist's PyPI entries need, in order of id. */
  files: z.array(simpleFileSchema),
  /** Ids of those the store does not have. */
  add: z.array(z.string()),
  /** Ids that leave their page. */
  drop: z.array(z.string()),
  /** Ids whose yank or bound on python changes. */
  change: z.array(z.string()),
  entries: z.array(pipOutcomeSchema),
  /** What control is to say from now on, whatever becomes of the fetches. */
  decisions: decisionsSchema,
  /** What control is to say on top once everything is fetched: what leaves. */
  alterations: decisionsSchema,
});
export type SimplePlan = z.infer<typeof simplePlanSchema>;

export const emptySimplePlan: SimplePlan = {
  files: [],
  add: [],
  drop: [],
  change: [],
  entries: [],
  decisions: {},
  alterations: {},
};
