import { z } from 'zod';

/** What is known of who brought in a file of the organisation's own. */
export const publishedSchema = z.strictObject({
  type: z.literal('published'),
  /** The name of the token that it was uploaded with; null for the command line, whose rights are the store's. */
  by: z.string().nullable(),
});

/** Whether provenance says that a file came in as the organisation's own: published, or put into the store by hand. */
export const isOwnOrigin = ({ type }: { readonly type: string }): boolean => type === 'published' || type === 'copied';

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

/**
 * That the organisation published bytes which upstream had brought before. Provenance never changes and still tells of
 * upstream, so control says since when a file is its own: only `gatehouse publish` and `promote` write it.
 */
export const publishedSinceSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** As in {@link publishedSchema}. */
  by: z.string().nullable(),
});

/** What is said of a file, as far as what the organisation itself said goes before other things. */
export interface OwnWord {
  readonly yank?: Yank | undefined;
  readonly published?: z.infer<typeof publishedSinceSchema> | undefined;
  readonly withdrawn?: { readonly at: number; readonly reason: string } | undefined;
  readonly recalled?: { readonly at: number; readonly reason: string } | undefined;
}

/** What the organisation itself said of a file, or the gate, and no plan changes. */
export const ownWord = ({ yank, published, recalled }: OwnWord): Pick<OwnWord, 'yank' | 'published' | 'recalled'> => ({
  ...(yank && { yank }),
  ...(published && { published }),
  ...(recalled && { recalled }),
});

/** Whether a file stays at its address, listed or not, since the organisation offered it as its own once: locks name it. */
export const keepsAddress = ({ yank, published }: OwnWord): boolean => (yank ?? published) !== undefined;

/**
 * What was planned of files, with what the organisation itself has said in control by now: a yank, a publication or a recall
 * that came since must not be lost. What it published no plan withdraws, nor brings back.
 */
export function keepOwnWord<T extends OwnWord>(
  said: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
): Record<string, T> {
  const kept = Object.entries(said).map(([name, planned]) => {
    const { yank, published, recalled, withdrawn } = now[name] ?? {};
    return [name, { ...planned, yank, published, recalled, ...(published !== undefined && { withdrawn }) }];
  });
  return Object.fromEntries(kept);
}
