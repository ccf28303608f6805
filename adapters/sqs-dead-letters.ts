import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sqsClient } from './queue-sqs.ts';

/** A message that is given up, and what failed in the invocation that gave it up. */
export interface GivenUpMessage {
  readonly body: string;
  readonly failures: readonly { readonly code: string; readonly reason: string; readonly hint?: string | undefined }[];
}

/** Characters of an attribute: all of a message may have 256 KB on small emulators, and a person reads it. */
const maxAttributeLength = 4000;

/**
 * Sends dead letters to a queue of them. The body is as it was, so that it can be sent back; code, reason and hint are message
 * attributes (`receive-message --message-attribute-names All`).
 *
 * @returns what rejects with the SDK's error when one is not taken
 */
export function sqsDeadLetters(QueueUrl: string, client: SQSClient = sqsClient(process.env)) {
  return async (letters: readonly GivenUpMessage[]): Promise<void> => {
    for (const { body, failures } of letters) {
      const MessageAttributes = attributesOf(failures);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    }
  };
}

function attributesOf(failures: GivenUpMessage['failures']): Record<string, MessageAttributeValue> {
  const texts = {
    code: failures.map(({ code }) => code),
    reason: failures.map(({ reason }) => reason),
    hint: failures.flatMap(({ hint }) => hint ?? []),
  };
  const attributes = Object.entries(texts).map(([name, said]): [string, MessageAttributeValue] => {
    const text = [...new Set(said)].join('\n').slice(0, maxAttributeLength);
    return [name, { DataType: 'String', StringValue: text }];
  });
  // SQS takes no empty one.
  return Object.fromEntries(attributes.filter(([, { StringValue }]) => StringValue !== ''));
}
