import type { Condition, PutOutcome } from '../../core/ports/store.ts';
import { refusalOf } from '../aws-refusal.ts';
import type { Bucket } from './bucket.ts';

/** S3's headers for a condition: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: '*'; IfMatch?: string } {
  if (condition === undefined) return {};
  return 'absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
}

const attempts = 5;

/**
 * What a write under a condition came to: 412 is a lost race, and so is 404 for a version that was named. 409 says only
 * that another write was under way, which may yet fail: the write is tried again, and lost when that goes on.
 */
export async function conditionally(
  { clock }: Pick<Bucket, 'clock'>,
  write: () => Promise<PutOutcome>,
): Promise<PutOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await write().catch(meaningOf);
    if (outcome !== 'busy') return outcome;
    if (attempt === attempts) return { status: 'conflict' };
    await clock.sleep((50 + 100 * clock.random()) * 2 ** (attempt - 1));
  }
}

function meaningOf(error: unknown): PutOutcome | 'busy' {
  const { code, status } = refusalOf(error) ?? {};
  if (code === 'ConditionalRequestConflict') return 'busy';
  if (status === 412 || code === 'NoSuchKey') return { status: 'conflict' };
  throw error;
}
