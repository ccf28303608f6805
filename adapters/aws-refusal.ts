import { z } from 'zod';

/** The SDK's error for an answer that was no success. */
const refusalSchema = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
});

export interface AwsRefusal {
  /** AWS's error code, such as `NoSuchKey`; the answer to a HEAD has no body, and so none. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** True when the service's state was at fault and not the request: the same request may succeed later. */
  readonly isPassing: boolean;
}

/**
 * Codes of faults that pass by themselves though their status is below 500. An upload that is not there any more was
 * completed by a request whose answer was lost: whoever looks again finds the object.
 */
const passingCodes = /^(?:RequestTimeout|OperationAborted|ConditionalRequestConflict|BadDigest|NoSuchUpload)$|Throttl/;

/** The refusal that an AWS service answered with, or null when the error is not an answer. */
export function refusalOf(error: unknown): AwsRefusal | null {
  const { success, data } = refusalSchema.safeParse(error);
  if (!success) return null;
  const { name: code, message, $metadata } = data;
  const status = $metadata.httpStatusCode;
  return { code, status, message, isPassing: status >= 500 || status === 429 || passingCodes.test(code) };
}

/** A connection that was refused, was cut or went silent. */
export const isNetworkError = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'TimeoutError' || ('code' in error && typeof error.code === 'string'));

/** The hint for a client that knows too little to ask anything, or null. */
export function setupHint(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (/^Region (?:is missing|not accepted)/.test(error.message))
    return 'set AWS_REGION, or a region in the AWS profile';
  if (error.name !== 'CredentialsProviderError') return null;
  return 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
}
