import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

/** One retry, as quick as the SDK has it. */
export const cloudConfig = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 2,
  forcePathStyle: true,
});

/** Clients of the cloud at an endpoint; gone when they are destroyed. */
export function cloudClients(endpoint: string): { s3: S3Client; sqs: SQSClient; destroy(): void } {
  const config = cloudConfig(endpoint);
  const [s3, sqs] = [new S3Client(config), new SQSClient(config)];
  const destroy = () => {
    s3.destroy();
    sqs.destroy();
  };
  return { s3, sqs, destroy };
}
