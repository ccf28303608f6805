import { S3Client } from '@aws-sdk/client-s3';

/** Milliseconds; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * A client by the environment, as the SDK reads it (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL and the rest). An endpoint
 * of one's own is asked by path: `bucket.localhost` rarely resolves.
 */
export function defaultClient(environment: Readonly<Record<string, string | undefined>>): S3Client {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  return new S3Client({
    forcePathStyle: endpoint !== undefined,
    followRegionRedirects: true,
    // Two more than the SDK's own: whoever fails here comes again in half an hour at the earliest.
    maxAttempts: 5,
    requestHandler: timeouts,
  });
}
