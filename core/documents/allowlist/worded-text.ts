import { z } from 'zod';
import type { Wording } from '../../json/json-fault.ts';

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
