import { z } from 'zod';
import { hideSecrets } from './hide-secrets.ts';

/** What is wrong with a value, in words. */
export interface Wording {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Text that fits a pattern. The pattern alone decides, here and in the JSON Schema an editor reads; `explain` only
 * words the refusal. Patterns must be valid with the `u` flag, as JSON Schema has them.
 */
export function wordedText(pattern: RegExp, explain: (text: string) => Wording) {
  const check = (text: string, context: z.RefinementCtx<string>): void => {
    if (pattern.test(text)) return;
    const { message, hint } = explain(text);
    context.addIssue({ code: 'custom', message, params: { hint } });
  };
  return z.string().superRefine(check).meta({ pattern: pattern.source });
}

/** A text quoted for a message, cut to a readable length; secrets go first, for a cut one is not known any more. */
export function quoted(text: string): string {
  const shown = hideSecrets(text);
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 57)}...` : shown);
}
