import { z } from 'zod';
import { schedulesSchema } from '../core/documents/clocks.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { defaultChannelName } from '../core/layout/keys.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Of the queue that the function works off. */
const ownQueueVariables = {
  GATEHOUSE_OWN_QUEUE_URL: z.url(),
  GATEHOUSE_DEAD_LETTERS_URL: z.url(),
  GATEHOUSE_MAX_RECEIVES: z.coerce.number().int().positive(),
};
const bucketVariable = { GATEHOUSE_BUCKET: z.string().min(3) };
/** Of a function that asks upstreams: the ARN of the secret that has their credentials. */
const netrcVariable = { GATEHOUSE_NETRC_SECRET: z.string().startsWith('arn:').optional() };
const indexQueueVariable = { GATEHOUSE_INDEX_QUEUE_URL: z.url() };
const retainVariable = {
  GATEHOUSE_RETAIN_DAYS: z.coerce
    .number()
    .positive()
    .default(90)
    .transform((days) => days * dayMs),
};

export const workerEnvironment = z.object({ ...bucketVariable, ...ownQueueVariables });
export const downloaderEnvironment = workerEnvironment.extend(netrcVariable);
export const indexerEnvironment = downloaderEnvironment.extend({
  ...indexQueueVariable,
  GATEHOUSE_DISTRIBUTION_ID: z.string().min(1).optional(),
  GATEHOUSE_SERVED_NAME: z.string().min(1).default(defaultChannelName),
});
export const sweeperEnvironment = indexerEnvironment.extend({ GATEHOUSE_SWEEP_QUEUE_URL: z.url() });
export const proverEnvironment = workerEnvironment.extend({ GATEHOUSE_PROOF_QUEUE_URL: z.url() });
export const prunerEnvironment = z.object({ ...bucketVariable, ...indexQueueVariable, ...retainVariable });
export const scraperEnvironment = prunerEnvironment.extend({
  ...ownQueueVariables,
  ...netrcVariable,
  /** JSON, by name: what the clock starts, and when. */
  GATEHOUSE_SCHEDULES: z.string().transform((text) => parseJson(text, schedulesSchema, 'GATEHOUSE_SCHEDULES')),
  GATEHOUSE_PLAN_QUEUE_URL: z.url(),
  GATEHOUSE_JOB_QUEUE_URL: z.url(),
});

/** @throws GatehouseError `json.invalid` naming the variable that the template did not set (lib/pipeline/functions.ts) */
export const readEnvironment = <T>(schema: z.ZodType<T>): T =>
  parseValue({ ...process.env }, schema, 'the environment');
