import { expect } from 'vitest';
import { parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An allowlist with nothing wrong in it but what the parts put in. */
export interface Parts {
  readonly channels?: string;
  readonly platforms?: string;
  readonly packages?: string;
  /** More members, each with a comma before it. */
  readonly more?: string;
}

export function allowlistText({ channels, platforms, packages, more = '' }: Parts): string {
  return `{
  "channels": ${channels ?? '["https://conda.anaconda.org/conda-forge"]'},
  "platforms": ${platforms ?? '["linux-64", "win-64"]'},
  "packages": ${packages ?? '["numpy"]'}${more}
}`;
}

/** A text in which « and » mark a stretch: the text without them, and where the stretch starts, from 1. */
function markedText(marked: string): { text: string; line: number; column: number; offending: string } {
  const before = marked.slice(0, marked.indexOf('«'));
  const offending = marked.slice(marked.indexOf('«') + 1, marked.indexOf('»'));
  const lines = before.split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { text: marked.replace('«', '').replace('»', ''), line: lines.length, column, offending };
}

/** Expects exactly one problem, at the text between « and ». */
export function expectProblem(marked: string, { message, hint }: { message: string; hint?: string | undefined }): void {
  const { text, line, column, offending } = markedText(marked);
  const parsed = parseAllowlist(utf8(text), 'allowlist.json');
  if (parsed.ok) throw new Error('was read');
  expect(parsed.problems).toMatchObject([
    // Of what is longer the start is shown.
    { line, column, text: offending.replace('\t', ' ').slice(0, 60), message: expect.stringContaining(message) },
  ]);
  if (hint !== undefined) expect(parsed.problems[0]?.hint).toContain(hint);
}
