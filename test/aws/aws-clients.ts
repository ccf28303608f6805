import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../adapters/queue-sqs.ts';
import { s3Client } from '../../adapters/store-s3/bucket.ts';

/** Clients by the environment. Never AWS itself by accident: an endpoint is named, or GATEHOUSE_REAL_AWS says yes. */
export function awsClients(): { s3: S3Client; sqs: SQSClient; destroy(): void } {
  if (isAws(process.env['AWS_ENDPOINT_URL']) && process.env['GATEHOUSE_REAL_AWS'] !== 'yes') {
    throw new Error(
      'set AWS_ENDPOINT_URL (and AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) to run these tests; ' +
        'against AWS itself, where they cost money, GATEHOUSE_REAL_AWS=yes',
    );
  }
  const [s3, sqs] = [s3Client(process.env), sqsClient(process.env)];
  const destroy = () => {
    s3.destroy();
    sqs.destroy();
  };
  return { s3, sqs, destroy };
}

const isAws = (endpoint: string | undefined): boolean =>
  endpoint === undefined || /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(new URL(endpoint).hostname);
