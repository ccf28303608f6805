import { SQSClient } from '@aws-sdk/client-sqs';

/** Milliseconds, longer than a long poll's 20 s; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * A client by the environment, as the SDK reads it. An endpoint of one's own counts for more than the host in a queue's
 * URL, which emulators make up.
 */
export function defaultClient(environment: Readonly<Record<string, string | undefined>>): SQSClient {
  const endpoint = environment['AWS_ENDPOINT_URL_SQS'] ?? environment['AWS_ENDPOINT_URL'];
  return new SQSClient({ useQueueUrlAsEndpoint: endpoint === undefined, requestHandler: timeouts });
}
