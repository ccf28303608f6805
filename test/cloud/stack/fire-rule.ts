import { randomUUID } from 'node:crypto';
import { sendMessage } from '../sqs/messages.ts';
import { queueNamed } from '../sqs/sqs-world.ts';
import type { Cloud } from '../start-cloud.ts';
import type { FunctionPool } from './function-pool.ts';
import type { Wiring } from './wiring.ts';

interface Firing {
  readonly cloud: Cloud;
  readonly wiring: Wiring;
  readonly poolNamed: (arn: string) => FunctionPool;
}

/** Sends a rule's event to its targets; `start` begins its logical id. */
export async function fireRule(start: string, { cloud, wiring, poolNamed }: Firing): Promise<void> {
  for (const { target, event } of ruleEvents(start, wiring, cloud.time.now())) {
    if (await invokeAside(poolNamed(target), event)) continue;
    const letters = wiring.functions.find(({ name }) => target.endsWith(`:${name}`))?.DeadLetterConfig.TargetArn ?? '';
    sendMessage(cloud.sqs, queueNamed(cloud.sqs, letters), { body: JSON.stringify(event) });
  }
}

/**
 * The ARN of each function that a rule invokes, and the event it does it with.
 *
 * @param now milliseconds since the epoch
 * @throws when the function does not let the rule invoke it
 */
export function ruleEvents(start: string, wiring: Wiring, now: number): { target: string; event: object }[] {
  const rule = ruleNamed(start, wiring);
  if (rule.State === 'DISABLED') return [];
  return rule.Targets.map(({ Arn, Input }) => {
    const may = wiring.permissions.some((one) => one.FunctionName === Arn && one.SourceArn === rule.arn);
    if (!may) throw new Error(`${rule.id} may not invoke ${Arn}`);
    return { target: Arn, event: Input === undefined ? scheduled(rule.id, now) : JSON.parse(Input) };
  });
}

function ruleNamed(start: string, { rules }: Wiring) {
  const [rule, ...others] = rules.filter(({ id }) => id.startsWith(start));
  if (rule === undefined || others.length > 0) throw new Error(`not one rule ${start}…`);
  return rule;
}

/** Asynchronously, in Lambda's words: what fails is tried twice more. False when that did not help. */
async function invokeAside(pool: FunctionPool, event: unknown): Promise<boolean> {
  const requestId = randomUUID();
  for (let tries = 0; tries < 3; tries++) {
    const { status } = await pool.invoke(event, requestId);
    if (status === 'done') return true;
  }
  return false;
}

const scheduled = (id: string, now: number) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: new Date(now).toISOString(),
  region: 'us-east-1',
  resources: [`arn:aws:events:us-east-1:000000000000:rule/${id}`],
  detail: {},
});
