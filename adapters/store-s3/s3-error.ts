import { GatehouseError } from '../../core/error.ts';
import { type AwsRefusal, isNetworkError, refusalOf, setupHint } from '../aws-refusal.ts';

const badCredentials = 'the AWS credentials are not valid here, or have expired';
const otherRegion = 'the bucket is in another region: name it in AWS_REGION';

const hints: Readonly<Record<string, string>> = {
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
 * What `work` gives; a failed request becomes GatehouseError `store.broken` that says what was being done. The SDK has
 * retried by then: `retry` tells whoever asked that later may do.
 */
export async function asStoreError<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(doing, error);
  }
}

function storeError(doing: string, cause: unknown): unknown {
  if (cause instanceof GatehouseError) return cause;
  const refusal = refusalOf(cause);
  if (refusal !== null) return refused(doing, refusal, cause);
  const hint = setupHint(cause);
  if (hint !== null && cause instanceof Error) {
    return new GatehouseError('store.broken', `the store could not ${doing}: ${cause.message}`, { hint, cause });
  }
  return isNetworkError(cause) ? unreachable(doing, cause) : cause;
}

function refused(doing: string, { code, status, message, isPassing }: AwsRefusal, cause: unknown): GatehouseError {
  const known = status === 403 && !(code in hints) ? 'AccessDenied' : code;
  const detail = message === 'UnknownError' ? `${status}` : `${status}, ${message}`;
  const hint = hints[known];
  const details = { retry: isPassing, cause, ...(hint && { hint }) };
  return new GatehouseError('store.broken', `the store could not ${doing}: ${known} (${detail})`, details);
}

export function unreachable(doing: string, cause: Error): GatehouseError {
  const hint = 'is the network up, and AWS_ENDPOINT_URL right if it is set?';
  const message = `the store could not ${doing}: ${cause.message}`;
  return new GatehouseError('store.broken', message, { hint, retry: true, cause });
}
