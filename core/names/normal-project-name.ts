/**
 * A project's name in its normal form (PEP 503): lowercase, with one `-` for each run of separators. What is no name has
 * a form too, and `parseProjectName` tells them apart; this much also runs at the edge, which has no zod.
 */
export function normalProjectName(text: string): string {
  return text.toLowerCase().replace(/[._-]+/g, '-');
}
