import { z } from 'zod';
import { parseValue } from '../core/json.ts';

const day = 24 * 60 * 60 * 1000;

const bucket = { GATEHOUSE_BUCKET: z.string().min(3) };

const indexQueue = { GATEHOUSE_INDEX_QUEUE_URL: z.url() };

/** Days for which what nobody needs any more is kept, as milliseconds (design decision 12). */
const retain = {
  GATEHOUSE_RETAIN_DAYS: z.coerce
    .number()
    .positive()
    .default(90)
    .transform((days) => days * day),
};

/** What each function is told by its environment; the template sets it (lib/). */
export const environments = {
  scraper: z.object({
    ...bucket,
    ...indexQueue,
    ...retain,
    GATEHOUSE_PLAN_QUEUE_URL: z.url(),
    GATEHOUSE_JOB_QUEUE_URL: z.url(),
  }),
  indexer: z.object({ ...bucket, ...indexQueue, GATEHOUSE_DISTRIBUTION_ID: z.string().min(1).optional() }),
  pruner: z.object({ ...bucket, ...indexQueue, ...retain }),
  /** The downloader, the prover and deploy-files. */
  bucketOnly: z.object(bucket),
};

/** @throws GatehouseError `json.invalid` naming what is missing */
export function readEnvironment<T>(schema: z.ZodType<T>): T {
  return parseValue({ ...process.env }, schema, 'the environment');
}
