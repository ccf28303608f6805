import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';

/** What an uploader is told: a status and one sentence. */
export interface UploadAnswer {
  readonly status: number;
  readonly message: string;
  /** Beside those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What went wrong here, and is nothing that the uploader can mend. */
  readonly error?: unknown;
}

const statusOfCode: Readonly<Record<string, number>> = {
  // No name is known to be anybody's.
  'allowlist.missing': 403,
  'upload.invalid': 400,
  'upload.too-large': 413,
  'upload.busy': 503,
  'upstream.body': 400,
  'upstream.stalled': 408,
  'package.refused': 400,
  'package.identity': 400,
  'store.conflict': 503,
  'store.busy': 503,
};

/** The answer to an upload that failed by an error. Of what failed here its owner is told, not the uploader. */
export function errorAnswer(error: unknown): UploadAnswer {
  const known = error instanceof GatehouseError ? statusOfCode[error.code] : undefined;
  if (!(error instanceof GatehouseError) || known === undefined) return { status: 500, message: failedHere, error };
  const message = sentenceOf({ detail: error.message, hint: error.hint });
  if (known !== 503) return { status: known, message };
  return { status: known, message, headers: { 'Retry-After': '10' } };
}

const failedHere = 'the store could not take it; whoever runs this server finds the reason in its log';

/** Never 409, nor a word of files that are there already: `twine upload --skip-existing` takes both for success. */
const forbidden: ReadonlySet<string> = new Set([
  'publish.not-reserved',
  'publish.not-allowed',
  'publish.used-name',
  'publish.other-spelling',
]);

/** The answer to an upload that is refused for what it is. */
export function problemsAnswer(problems: readonly Problem[]): UploadAnswer {
  const status = problems.some(({ code }) => forbidden.has(code)) ? 403 : 400;
  return { status, message: problems.map((problem) => `${problem.subject}: ${sentenceOf(problem)}`).join('; ') };
}

const sentenceOf = ({ detail, hint }: Pick<Problem, 'detail' | 'hint'>): string =>
  hint === undefined ? detail : `${detail} (${hint})`;
