import type { PackageFileName } from '../../names/package-file-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { IndexEntry } from './index-entry.ts';

/** The two maps of a repodata document. Entries of a section come in order of file name by code point. */
export const sections = ['packages', 'packages.conda'] as const;
export type Section = (typeof sections)[number];

/** The map of a repodata document that a package belongs in. */
export const sectionOf = (filename: PackageFileName): Section =>
  filename.endsWith('.conda') ? 'packages.conda' : 'packages';

/** A subdir's entries as index files read them. A section may be read more than once; memory holds one batch of it. */
export interface EntrySource {
  readonly subdir: Subdir;
  /** @param only the batches wanted, counted from 0; without it, all */
  entries(section: Section, only?: ReadonlySet<number>): AsyncIterable<readonly IndexEntry[]>;
  /** What `summariesOf` yields. A source that keeps no summaries leaves it out. */
  summaries?(section: Section, summary: Summary): AsyncIterable<Uint8Array>;
}

/** A source that has the records of a section as one run of bytes a batch, without decoding entries. */
export interface RecordSource extends EntrySource {
  records(section: Section): {
    /** Bytes in all. */
    readonly size: number;
    /** Members as they stand in `repodata.json`, `"file name":{record}`, each with a comma behind it; none is empty. */
    batches(): AsyncIterable<Uint8Array>;
    withdrawn(): AsyncIterable<IndexEntry>;
  };
}

/** What one index file needs of a batch: a pure function of its entries, kept under the batch's hash for ever. */
export interface Summary {
  /** Names the index file and the layout. A changed layout takes a new name, or old summaries would be read as new ones. */
  readonly name: string;
  of(entries: readonly IndexEntry[]): Uint8Array;
}

/** An index file's bytes in order, in slices; equal sources give equal bytes. */
export type OutputBytes = AsyncIterable<Uint8Array>;

/** The summary of each batch of a section, in order. */
export async function* summariesOf(source: EntrySource, section: Section, summary: Summary): OutputBytes {
  if (source.summaries !== undefined) yield* source.summaries(section, summary);
  else for await (const entries of source.entries(section)) yield summary.of(entries);
}
