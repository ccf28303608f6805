import type { IndexLine } from '../index/state/index-line.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Subdir } from '../subdir.ts';

/** The two maps of a repodata document. Lines of a section come in order of file name by code point. */
export const sections = ['packages', 'packages.conda'] as const;
export type Section = (typeof sections)[number];

/** A subdir's state as forms read it: a section may be read more than once, and each batch is one segment in memory. */
export interface FormSource {
  readonly subdir: Subdir;
  /** @param only the batches wanted, counted from 0; without it, all */
  lines(section: Section, only?: ReadonlySet<number>): AsyncIterable<readonly IndexLine[]>;
  /** What `summariesOf` yields, by a source that keeps summaries beside its segments; it may leave it out. */
  summaries?(section: Section, summary: Summary): AsyncIterable<Uint8Array>;
}

/** A source that has the records of a section as one run of bytes a batch, without decoding lines. */
export interface RecordSource extends FormSource {
  records(section: Section): RecordRun;
}

/** The members of a section as they stand in `repodata.json`, `"file name":{record}`, each with a comma behind it. */
export interface RecordRun {
  /** Bytes in all. */
  readonly size: number;
  /** No batch is empty. */
  batches(): AsyncIterable<Uint8Array>;
  /** The withdrawn file names. */
  removed(): AsyncIterable<PackageFileName>;
}

/** What one form needs of one batch: a pure function of its lines, so it may be kept under the batch's hash for ever. */
export interface Summary {
  /** Names the form and the layout: a changed layout is a new name. */
  readonly name: string;
  of(lines: readonly IndexLine[]): Uint8Array;
}

/** An index file's bytes in order, in slices; equal sources give equal bytes. */
export type FormBytes = AsyncIterable<Uint8Array>;

/** The summary of each batch of a section, in order. */
export async function* summariesOf(source: FormSource, section: Section, summary: Summary): AsyncGenerator<Uint8Array> {
  if (source.summaries !== undefined) yield* source.summaries(section, summary);
  else for await (const lines of source.lines(section)) yield summary.of(lines);
}
