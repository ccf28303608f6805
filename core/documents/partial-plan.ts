import { z } from 'zod';
import { packageFileNameSchema } from '../names/package-file-name.ts';
import { subdirSchema } from '../names/subdir.ts';
import { problemSchema } from '../problems/problem.ts';
import { recordSchema } from '../record/record.ts';
import { recordFindingsSchema } from '../record/record-finding.ts';
import { publishedAtSchema } from './gate/verdict.ts';
import { madeSchema, outcomeSchema, waitingSchema } from './plan.ts';
import { pipOutcomeSchema, simpleFileSchema } from './simple/simple-plan.ts';

const upstreamRecordSchema = z.strictObject({
  filename: packageFileNameSchema,
  subdir: subdirSchema,
  channel: z.string(),
  url: z.string(),
  record: recordSchema,
  findings: recordFindingsSchema.optional(),
  made: madeSchema.optional(),
  published: publishedAtSchema.optional(),
  unpatched: recordSchema.optional(),
});

const groupSchema = z.strictObject({
  solved: z.array(
    z.strictObject({
      /** The request's place among the allowlist's: two requests may have one id. */
      request: z.int().nonnegative(),
      /** One for each python that was tried. */
      outcomes: z.array(outcomeSchema),
    }),
  ),
  /** Every record of the pool that some solution holds. */
  chosen: z.array(upstreamRecordSchema),
});
/** Requests solved from one pool. */
export type SolvedGroup = z.infer<typeof groupSchema>;

/** What some of the requests came to on one platform: a part of a plan, which may lie at rest until all parts are there. */
export const partialPlanSchema = z.strictObject({
  version: z.literal(1),
  platform: subdirSchema,
  groups: z.array(groupSchema),
  problems: z.array(problemSchema),
  warnings: z.array(problemSchema).default([]),
  /** For pip: how each PyPI entry fared, and every file that some solution or its platforms need. */
  simple: z
    .strictObject({ outcomes: z.array(pipOutcomeSchema), files: z.array(simpleFileSchema) })
    .default({ outcomes: [], files: [] }),
  waiting: z.array(waitingSchema).default([]),
  /** False when something needed could not be read. */
  complete: z.boolean(),
});
export type PartialPlan = z.infer<typeof partialPlanSchema>;
