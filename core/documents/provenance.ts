import { z } from 'zod';
import { channelNames } from '../layout/keys.ts';
import { md5Schema, sha256Schema } from '../names/digest.ts';
import { packageFileNameSchema } from '../names/package-file-name.ts';
import { subdirSchema } from '../names/subdir.ts';
import { recordSchema } from '../record/record.ts';

/** What was known when an artifact entered the store: written once, before its bytes, and never changed. */
export const provenanceSchema = z.strictObject({
  version: z.literal(1),
  channel: z.enum(channelNames),
  subdir: subdirSchema,
  filename: packageFileNameSchema,
  sha256: sha256Schema,
  md5: md5Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  /** `upstream`: fetched and checked against a record; `copied`: found in the store, put there by hand. */
  origin: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('upstream'), channel: z.string(), url: z.string() }),
    z.strictObject({ type: z.literal('copied') }),
  ]),
  /** The record to index: upstream's as it was then, or the package's own `info/index.json`. */
  record: recordSchema,
  /** Odd but sound things the readers met, and `fetch.unverifiable` when upstream gave no sha256. */
  findings: z.array(z.strictObject({ code: z.string(), detail: z.string() })),
  /** Milliseconds since the epoch. */
  firstSeen: z.number(),
});
export type Provenance = z.infer<typeof provenanceSchema>;
