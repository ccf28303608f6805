import type { Throughput } from '../../adapters/minimum-throughput.ts';
import { defaultLimits } from '../../core/archive/limits.ts';

/** What uploads may take of a server, one of them or all together. docs/serving.md tells them to those who run it. */
export interface UploadLimits {
  /** Uploads at once whose form is being read, or that wait to be published. */
  readonly uploads: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of all files on their way in. */
  readonly stagedBytes: number;
  /** Bytes of all that is not the file: fields, their heads, what stands between them. */
  readonly formBytes: number;
  readonly fields: number;
  /** Bytes of a field. */
  readonly fieldBytes: number;
  /** Bytes of the field that holds a project's README. */
  readonly descriptionBytes: number;
  /** Bytes of the head of a part of a form. */
  readonly partHeadBytes: number;
  /** The slowest upload that is let go on. */
  readonly throughput: Throughput;
  /** Milliseconds for a whole form to come in. */
  readonly uploadMs: number;
  /** Milliseconds until a wrong credential is answered. */
  readonly wrongMs: number;
  /** Wrong credentials that are made to wait at once; one more is answered at once. */
  readonly wrongWaiting: number;
}

export const usualUploadLimits: UploadLimits = {
  uploads: 64,
  // A larger one would come in for nothing: it is not read.
  fileBytes: defaultLimits.compressedBytes,
  stagedBytes: 16 * 1024 ** 3,
  formBytes: 4 * 1024 ** 2,
  fields: 200,
  fieldBytes: 64 * 1024,
  descriptionBytes: 1024 ** 2,
  partHeadBytes: 8 * 1024,
  throughput: { windowMs: 30_000, bytes: 64 * 1024 },
  uploadMs: 60 * 60_000,
  wrongMs: 1000,
  wrongWaiting: 100,
};
