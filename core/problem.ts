/**
 * Something that did not hold, as data: it travels in plans, summaries and `--json`, and is shown to a person.
 * `code` is stable and dotted (`record.file-name`, `fetch.sha256`); `subject` names the thing (a file, an entry, a URL).
 */
export interface Problem {
  readonly code: string;
  readonly subject: string;
  readonly detail: string;
}
