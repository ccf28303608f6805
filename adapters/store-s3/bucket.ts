import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../core/ports/clock.ts';

/** One bucket and how it is worked with: what every operation of the twin needs. */
export interface Bucket {
  readonly name: string;
  readonly client: S3Client;
  readonly clock: Pick<Clock, 'sleep' | 'random'>;
  /** Bytes a staged object may take on the scratch disk. */
  readonly scratch: number;
  /** Bytes of a part of a multipart upload; what is no larger goes in one request. */
  readonly partSize: number;
}
