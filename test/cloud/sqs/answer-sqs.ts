import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { type Answer, type Question, Refusal } from '../answer.ts';
import { type CloudRequest, callerOf } from '../fault.ts';
import { messageOperations } from './message-operations.ts';
import { queueOperations } from './queue-operations.ts';
import type { SqsWorld } from './sqs-world.ts';

/** What a request names; each operation reads the rest itself. */
const namedSchema = z.looseObject({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

/** The JSON protocol: one URL, the operation in a header. */
export function sqsRequest({ headers, body }: Question): CloudRequest {
  const operation = headers['x-amz-target']?.replace('AmazonSQS.', '') ?? '';
  const { QueueUrl = '', QueueName = '' } = parseJson(body.toString(), namedSchema, operation);
  const resource = QueueUrl.replace(/^.*\//, '') || QueueName;
  return { service: 'sqs', operation, resource, key: '', caller: callerOf(headers), headers };
}

export async function answerSqs(world: SqsWorld, request: CloudRequest, question: Question): Promise<Answer> {
  if (!('authorization' in question.headers)) throw new Refusal(403, 'AccessDenied');
  const operate = { ...queueOperations, ...messageOperations }[request.operation];
  if (operate === undefined) throw new Refusal(400, 'UnknownOperationException', request.operation);
  const input: unknown = parseJson(question.body.toString(), z.looseObject({}), request.operation);
  const output = await operate(world, input, question.signal);
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(output) };
}

const jsonHeaders = { 'content-type': 'application/x-amz-json-1.0' } as const;

export function sqsRefusalAnswer({ status, code, message }: Refusal): Answer {
  const sender = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    headers: { ...jsonHeaders, 'x-amzn-query-error': `${code};${sender}` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
