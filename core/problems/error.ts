import { shownLine } from './shown-text.ts';

/**
 * The closed set of error codes. A code is stable: people search for it, alarms and tests name it.
 * The part before the dot says which area failed.
 */
export const errorCodes = [
  'allowlist.invalid',
  'allowlist.missing',
  'patches.invalid',
  'usage.invalid',
  'sync.most-leave',
  'sync.deployed',
  'json.invalid',
  'upstream.unreachable',
  'upstream.missing',
  'upstream.status',
  'upstream.body',
  'upstream.page',
  'upstream.quarantined',
  'upstream.too-large',
  'upstream.stalled',
  'fetch.size',
  'fetch.sha256',
  'fetch.md5',
  'fetch.mutated',
  'fetch.unverifiable',
  'fetch.bzip2',
  'fetch.failed',
  'package.refused',
  'package.identity',
  'publish.file-name',
  'publish.requirements',
  'yank.unknown',
  'yank.upstream',
  'recall.unknown',
  'recall.by-sweep',
  'store.conflict',
  'store.broken',
  'store.denied',
  'store.busy',
  'store.too-large',
  'upload.invalid',
  'upload.too-large',
  'upload.busy',
  'queue.broken',
  'state.damaged',
  'sbom.unsolvable',
  'internal.bug',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorDetails {
  /** What the reader can do about it; printed after "hint:". */
  readonly hint?: string;
  /** True when the same call may succeed later with nothing changed. */
  readonly retry?: boolean;
  readonly cause?: unknown;
}

/**
 * An error is a code, a sentence and a hint. Only a shell turns one into an exit status or a dead letter. Sentence and
 * hint may quote text from outside: each comes out as one line that can be shown.
 */
export class GatehouseError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retry: boolean;

  /** @param message a sentence, or one a line */
  constructor(code: ErrorCode, message: string | readonly string[], { hint, retry = false, cause }: ErrorDetails = {}) {
    super([message].flat().map(shownLine).join('\n'), cause === undefined ? undefined : { cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.hint = hint === undefined ? undefined : shownLine(hint);
    this.retry = retry;
  }
}
