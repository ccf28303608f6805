import { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../core/ports/clock.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { type AwsRefusal, isNetworkError, refusalOf, setupHint } from '../aws-refusal.ts';

/** One bucket and how it is worked with: what every operation of the backend needs. */
export interface Bucket {
  readonly name: string;
  readonly client: S3Client;
  readonly clock: Pick<Clock, 'sleep' | 'random'>;
  /** Bytes a staged object may take on the scratch disk. */
  readonly scratch: number;
  /** Bytes of a part of a multipart upload; what is no larger goes in one request. */
  readonly partSize: number;
}

/** Milliseconds; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * A client by the environment, as the SDK reads it (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL and the rest). An endpoint
 * of one's own is asked by path: `bucket.localhost` rarely resolves.
 */
export function s3Client(environment: Readonly<Record<string, string | undefined>>): S3Client {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  return new S3Client({
    forcePathStyle: endpoint !== undefined,
    followRegionRedirects: true,
    // Two more than the SDK's own: whoever fails here waits up to a minute before it comes again, and then longer.
    maxAttempts: 5,
    requestHandler: timeouts,
  });
}

const badCredentials = 'the AWS credentials are not valid here, or have expired';
const otherRegion = 'the bucket is in another region: name it in AWS_REGION';

const hintsByCode: Readonly<Record<string, string>> = {
  NoSuchBucket: 'is the name right? the bucket must exist already',
  AccessDenied: 'these credentials may not do this: their policy and the bucket policy must allow it',
  InvalidAccessKeyId: badCredentials,
  SignatureDoesNotMatch: badCredentials,
  ExpiredToken: badCredentials,
  InvalidToken: badCredentials,
  PermanentRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
};

/**
 * Runs `work` and gives its result.
 *
 * @throws GatehouseError `store.broken`, or `store.denied`, in place of a failed request: it says what was being done. The SDK has retried by
 * then: `retry` says that the same call may succeed later.
 */
export async function asBucketError<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const refusal = refusalOf(cause);
    if (refusal !== null) throw refused(doing, refusal, cause);
    const hint = setupHint(cause);
    if (hint !== null && cause instanceof Error) {
      throw new GatehouseError('store.broken', `the store could not ${doing}: ${cause.message}`, { hint, cause });
    }
    throw isNetworkError(cause) ? unreachable(doing, cause) : cause;
  }
}

function refused(doing: string, refusal: AwsRefusal, cause: unknown): GatehouseError {
  const { status, message, isPassing: retry } = refusal;
  // The answer to a HEAD has no body, and so no code.
  const code = status === 403 && !(refusal.code in hintsByCode) ? 'AccessDenied' : refusal.code;
  const detail = message === 'UnknownError' ? `${status}` : `${status}, ${message}`;
  const hint = hintsByCode[code];
  const details = { retry, cause, ...(hint && { hint }) };
  const kind = code === 'AccessDenied' ? 'store.denied' : 'store.broken';
  return new GatehouseError(kind, `the store could not ${doing}: ${code} (${detail})`, details);
}

/** The error for a request without an answer, or whose answer was cut. */
export function unreachable(doing: string, cause: Error): GatehouseError {
  const hint = 'is the network up, and AWS_ENDPOINT_URL right if it is set?';
  const message = `the store could not ${doing}: ${cause.message}`;
  return new GatehouseError('store.broken', message, { hint, retry: true, cause });
}
