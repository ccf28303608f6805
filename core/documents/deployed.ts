import { z } from 'zod';
import { deployedKey } from '../layout/keys.ts';
import { sha256Schema } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { readJsonObject } from '../store/read-json-object.ts';

/** A queue and its dead letters, by their URLs. */
const workQueueSchema = z.object({ queue: z.url(), deadLetters: z.url() });

const queueNames = ['plan', 'job', 'index', 'proof', 'sweep'] as const;

/**
 * The stack that fills a bucket, as its deployment wrote it there: whoever has the bucket's name finds all else by it. What
 * a later version says beside this is passed over.
 */
export const deployedSchema = z.object({
  version: z.literal(1),
  /** The stack's name. */
  stack: z.string(),
  region: z.string(),
  /** Of the allowlist as it was deployed: another in its place was put there by somebody's command. */
  allowlist: sha256Schema,
  queues: z.record(z.enum(queueNames), workQueueSchema),
  /** URL of the queue of events that no invocation could handle. */
  eventDeadLetters: z.url(),
  /** Functions by what they are in the stack: `scraper`. */
  functions: z.record(z.string(), z.string()),
  alarms: z.array(z.string()),
  /** The name of its dashboard in CloudWatch, where it has one. */
  dashboard: z.string().optional(),
  /** What clients name as their channel; absent without CloudFront. */
  channelUrl: z.url().optional(),
});
export type Deployed = z.infer<typeof deployedSchema>;

/**
 * The stack that fills a store; null where none does.
 *
 * @throws GatehouseError `json.invalid` when the document is damaged
 */
export async function readDeployed(store: Store): Promise<Deployed | null> {
  return (await readJsonObject(store, deployedKey, deployedSchema))?.value ?? null;
}
