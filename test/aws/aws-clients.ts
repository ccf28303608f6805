import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { defaultClient as defaultSqsClient } from '../../adapters/queue-sqs/client.ts';
import { defaultClient as defaultS3Client } from '../../adapters/store-s3/client.ts';

/** Clients by the environment. Never AWS itself by accident: the endpoint must be named. */
export function awsClients(): { s3: S3Client; sqs: SQSClient; destroy(): void } {
  if (process.env['AWS_ENDPOINT_URL'] === undefined) {
    throw new Error(
      'set AWS_ENDPOINT_URL (and AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) to run these tests',
    );
  }
  const [s3, sqs] = [defaultS3Client(process.env), defaultSqsClient(process.env)];
  const destroy = () => {
    s3.destroy();
    sqs.destroy();
  };
  return { s3, sqs, destroy };
}
