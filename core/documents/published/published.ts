import { z } from 'zod';

/** What is known of who brought in a file of the organisation's own. */
export const publishedSchema = z.strictObject({
  type: z.literal('published'),
  /** The name of the token that it was uploaded with; null for the command line, whose rights are the store's. */
  by: z.string().nullable(),
});

/**
 * What the organisation itself took back: a file stays where it is, so that locks work, but pip's page marks it (PEP 592)
 * and no conda index lists it. Only `gatehouse yank` writes it, and whoever writes anything else of control keeps it.
 */
export const yankSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  at: z.number(),
  reason: z.string(),
});
export type Yank = z.infer<typeof yankSchema>;

/** What was planned of files, with the yanks that control has by now: one that came since must not be lost. */
export function keepYanks<T extends { readonly yank?: Yank | undefined }>(
  said: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(said).map(([name, own]) => [name, { ...own, yank: now[name]?.yank }]));
}
