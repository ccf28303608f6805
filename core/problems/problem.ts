import { z } from 'zod';
import type { GatehouseError } from './error.ts';

/**
 * Something that did not hold, as data: it travels in plans, summaries and `--json`, and is shown to a person.
 * `code` is stable and dotted (`record.file-name`, `fetch.sha256`); `subject` names the thing (a file, an entry, a URL);
 * `detail` is a sentence, and `hint` what the reader can do about it.
 */
export const problemSchema = z
  .strictObject({ code: z.string(), subject: z.string(), detail: z.string(), hint: z.string().optional() })
  .readonly();
export type Problem = z.infer<typeof problemSchema>;

/** An error that costs only its subject, as data. */
export const problemOf = (error: GatehouseError, subject: string): Problem => ({
  code: error.code,
  subject,
  ...tellingOf(error),
});

/** What an error tells a person, in the parts of a problem. */
export const tellingOf = ({ message, hint }: GatehouseError): Pick<Problem, 'detail' | 'hint'> => ({
  detail: message,
  ...(hint !== undefined && { hint }),
});
