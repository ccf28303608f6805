import { z } from 'zod';

/**
 * Something that did not hold, as data: it travels in plans, summaries and `--json`, and is shown to a person.
 * `code` is stable and dotted (`record.file-name`, `fetch.sha256`); `subject` names the thing (a file, an entry, a URL);
 * `detail` is a sentence, and `hint` what the reader can do about it.
 */
export const problemSchema = z
  .strictObject({ code: z.string(), subject: z.string(), detail: z.string(), hint: z.string().optional() })
  .readonly();
export type Problem = z.infer<typeof problemSchema>;
