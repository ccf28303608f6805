import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { Refusal } from '../answer.ts';
import { type CloudMessage, type CloudQueue, numberOf, queueNamed, type SqsWorld } from './sqs-world.ts';

export interface Sending {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly delaySeconds?: number | undefined;
}

export function sendMessage(
  world: SqsWorld,
  queue: CloudQueue,
  { body, attributes = {}, delaySeconds }: Sending,
): CloudMessage {
  const size = Buffer.byteLength(body);
  if (size === 0) throw new Refusal(400, 'MissingParameter', 'The request must contain the parameter MessageBody.');
  if (size > numberOf(queue, 'MaximumMessageSize')) throw new Refusal(400, 'InvalidParameterValue', 'too long');
  const sent = world.time.now();
  const visibleAt = sent + 1000 * (delaySeconds ?? numberOf(queue, 'DelaySeconds'));
  const message = { id: randomUUID(), body, attributes, sent, visibleAt, ...unreceived, source: null };
  queue.messages.add(message);
  world.time.wake();
  return message;
}

const unreceived = { receives: 0, firstReceived: null, receipt: null };

export interface Receiving {
  /** 1 to 10, as in AWS; a Lambda's poller may take more. */
  readonly maxMessages?: number;
  readonly waitSeconds?: number | undefined;
  readonly visibilitySeconds?: number | undefined;
  readonly signal: AbortSignal;
}

/** Waits until there is a message, the wait is over, or the signal is aborted. */
export async function receiveMessages(
  world: SqsWorld,
  queue: CloudQueue,
  receiving: Receiving,
): Promise<CloudMessage[]> {
  const { time } = world;
  const end = time.now() + 1000 * (receiving.waitSeconds ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds'));
  for (;;) {
    const taken = take(world, queue, receiving);
    if (taken.length > 0 || time.now() >= end || receiving.signal.aborted) return taken;
    const moments = [...queue.messages].map(({ visibleAt }) => visibleAt);
    await time.until(Math.min(end, ...moments), receiving.signal);
  }
}

function take(world: SqsWorld, queue: CloudQueue, { maxMessages = 1, visibilitySeconds }: Receiving): CloudMessage[] {
  const now = world.time.now();
  const visible = [...queue.messages].filter(({ visibleAt }) => visibleAt <= now);
  const taken: CloudMessage[] = [];
  while (visible.length > 0 && taken.length < maxMessages) {
    const [message] = visible.splice(Math.floor(world.random() * visible.length), 1);
    if (message === undefined || giveUp(world, queue, message)) continue;
    message.receives += 1;
    message.firstReceived ??= now;
    message.receipt = randomUUID();
    const hidden = 1000 * (visibilitySeconds ?? numberOf(queue, 'VisibilityTimeout'));
    message.visibleAt = now + (world.isDeliveredTwice(message.body) ? 0 : hidden);
    taken.push(message);
  }
  return taken;
}

const redriveSchema = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() });

/** Where a queue's messages go that are received too often, or null. */
export function redriveOf(queue: CloudQueue): z.infer<typeof redriveSchema> | null {
  const policy = queue.attributes.get('RedrivePolicy');
  return policy === undefined || policy === '' ? null : parseJson(policy, redriveSchema, 'RedrivePolicy');
}

/** Moves a message that was received as often as it may be to the dead-letter queue. */
function giveUp(world: SqsWorld, queue: CloudQueue, message: CloudMessage): boolean {
  const redrive = redriveOf(queue);
  if (redrive === null || message.receives < redrive.maxReceiveCount) return false;
  queue.messages.delete(message);
  const moved = { ...message, ...unreceived, visibleAt: world.time.now(), source: queue.arn };
  queueNamed(world, redrive.deadLetterTargetArn).messages.add(moved);
  world.time.wake();
  return true;
}

/** A receipt that is not the newest deletes nothing, and nobody is notified. */
export function deleteMessage(queue: CloudQueue, receipt: string): void {
  const message = byReceipt(queue, receipt);
  if (message !== undefined && queue.messages.delete(message)) queue.deleted += 1;
}

export function changeVisibility(world: SqsWorld, queue: CloudQueue, receipt: string, seconds: number): void {
  const message = byReceipt(queue, receipt);
  const now = world.time.now();
  if (message === undefined || message.visibleAt <= now) throw new Refusal(400, 'MessageNotInflight');
  message.visibleAt = now + 1000 * seconds;
  world.time.wake();
}

const byReceipt = (queue: CloudQueue, receipt: string): CloudMessage | undefined =>
  [...queue.messages].find((message) => message.receipt === receipt);

/** Moves what can be received on a dead-letter queue to `destination`, or each back to where it came from. */
export function moveMessages(world: SqsWorld, source: CloudQueue, destination?: CloudQueue): number {
  const moving = [...source.messages].filter(({ visibleAt }) => visibleAt <= world.time.now());
  for (const message of moving) {
    const target = destination ?? queueNamed(world, message.source ?? '');
    source.messages.delete(message);
    target.messages.add({ ...message, ...unreceived, source: null });
  }
  world.time.wake();
  return moving.length;
}
