import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import type { Side } from '../../../core/layout/sides.ts';
import type { Condition } from '../../../core/ports/store.ts';
import { notificationsOf } from '../../cloud/stack/make-places.ts';
import { mayDo } from '../../cloud/stack/may-do.ts';
import { type DeployedFunction, readWiring } from '../../cloud/stack/wiring.ts';
import type { StoreOperation } from '../../twins/store-memory.ts';
import { oncePerRun } from '../machine/once-per-run.ts';

const functionNames = ['scraper', 'downloader', 'indexer', 'prover', 'pruner', 'sweeper'] as const;
export type SmallFunction = (typeof functionNames)[number];

/** Synthesized by the first test file that asks: to load the CDK takes seconds of a processor. */
const template = await oncePerRun('small-stack', async (folder) => {
  const { synthesizeEmpty } = await import('../stack/synthesize.ts');
  const { addPublishers } = await import('../stack/publishers.ts');
  return synthesizeEmpty(folder, {}, { extend: addPublishers });
});

/** The stack as its template says. */
export const wiring = readWiring(template, 'https://sqs.invalid');
export const notifications = notificationsOf(wiring);

const [bucket, ...otherBuckets] = wiring.buckets;
if (bucket === undefined || otherBuckets.length > 0) throw new Error('not one bucket');
export const bucketName = bucket.name;
export const isVersioned = bucket.VersioningConfiguration?.Status === 'Enabled';

export function deployedFunction(name: SmallFunction): DeployedFunction {
  const start = `Channel${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const found = wiring.functions.find((one) => one.name.startsWith(start));
  if (found === undefined) throw new Error(`no function ${start}…`);
  return found;
}

/** @param id the ARN or the logical id of a function */
export function functionNamed(id: string): SmallFunction {
  const found = functionNames.find((name) => deployedFunction(name).name === id.replace(/^.*:/, ''));
  if (found === undefined) throw new Error(`no function ${id} in a small cloud`);
  return found;
}

const redriveSchema = z.object({ maxReceiveCount: z.number() });

/** Deliveries after which a queue gives a message up. */
export function maxReceivesOf(queueArn: string): number {
  const queue = wiring.queues.find(({ name }) => queueArn.endsWith(`:${name}`));
  return parseJson(queue?.attributes['RedrivePolicy'] ?? '', redriveSchema, 'the redrive policy').maxReceiveCount;
}

const decide = mayDo(wiring);
const decisions = new Map<string, boolean>();

/** Each question is answered once: plays ask the same ones thousands of times. */
function may(request: Parameters<typeof decide>[0]): boolean {
  const question = JSON.stringify(request);
  const answer = decisions.get(question) ?? decide(request);
  decisions.set(question, answer);
  return answer;
}

const s3Operations = {
  get: 'HeadObject',
  read: 'GetObject',
  'read whole': 'GetObject',
  put: 'PutObject',
  publish: 'PutObject',
  list: 'ListObjectsV2',
  delete: 'DeleteObject',
} as const;

/** Whether the function's role and the bucket's policy allow it; what is staged is in the function's own memory. */
export function mayAct(by: Actor, operation: StoreOperation, key: string, condition?: Condition): boolean {
  if (operation === 'stage' || operation === 'write') return true;
  const headers = condition !== undefined && 'absent' in condition ? { 'if-none-match': '*' } : {};
  const request = { operation: s3Operations[operation], resource: bucketName, key, headers } as const;
  return may({ service: 's3', ...request, caller: callerOf(by) });
}

/** @param queue its name */
export const maySend = (by: Actor, queue: string): boolean =>
  may({ service: 'sqs', operation: 'SendMessageBatch', resource: queue, key: '', headers: {}, caller: callerOf(by) });

/** A function, or who may publish to one side. Null is whoever is neither. */
export type Actor = SmallFunction | Side | null;

function callerOf(by: Actor): string {
  if (by === null) return 'test';
  const isFunction = functionNames.find((name) => name === by);
  if (isFunction !== undefined) return deployedFunction(isFunction).name;
  const role = wiring.roles.find(({ name }) => name.toLowerCase().startsWith(`${by}publisher`));
  if (role === undefined) throw new Error(`no role that publishes to ${by}`);
  return role.name;
}
