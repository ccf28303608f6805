import { z } from 'zod';

/** Something that a record came with and is not handed on as it was. */
const recordFindingSchema = z.strictObject({
  code: z.enum(['record.respelt', 'record.left-out']),
  detail: z.string(),
});
export type RecordFinding = z.infer<typeof recordFindingSchema>;

export const recordFindingsSchema = z.array(recordFindingSchema).readonly();
