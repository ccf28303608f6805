import { z } from 'zod';
import { applyHotfix, type Hotfix } from '../../documents/patches/hotfix.ts';
import { parseJson } from '../../json/json.ts';
import type { InfoFiles } from '../../package/package-info.ts';
import type { ReadPackageInfo } from '../../package/read-package-info.ts';
import { GatehouseError } from '../../problems/error.ts';
import { readableRunExports } from '../../record/readable-run-exports.ts';
import { type RepodataRecord, recordSchema } from '../../record/record.ts';
import { type IndexEntry, jsonPart, parsePart } from './index-entry.ts';
import { recipeSource } from './recipe-source.ts';

/** Fields of `channeldata.json` that the newest package which has them decides (conda-index `_update_channeldata`). */
export const channelFields = [
  'description',
  'dev_url',
  'doc_url',
  'doc_source_url',
  'home',
  'license',
  'source_url',
  'source_git_url',
  'summary',
  'icon_url',
  'icon_hash',
  'tags',
  'identifiers',
  'keywords',
  'recipe_origin',
] as const;

/** Fields that are true when any package has them (CEP 38). */
export const channelFlags = [
  'activate.d',
  'binary_prefix',
  'deactivate.d',
  'post_link',
  'pre_link',
  'pre_unlink',
  'text_prefix',
] as const;

const factsSchema = z.strictObject({
  about: z.partialRecord(z.enum(channelFields), z.unknown()).default({}),
  flags: z.array(z.enum(channelFlags)).default([]),
  /** The record before the organisation's own hotfix, when it has one. */
  unpatched: recordSchema.optional(),
});
/** What index files need of a package beside its record. */
export type Facts = z.infer<typeof factsSchema>;

/** What a package's entry says beside its name and tags. */
export interface EntryParts extends PackageFacts {
  /** Null when the organisation's own hotfix takes the package out of the index: its entry is `withdrawn`. */
  readonly record: RepodataRecord | null;
}

/**
 * What a package's entry says: its record with the time it entered this channel (CEP 47: ours, whatever upstream or the
 * package say, and never patched) and with the organisation's own hotfix.
 *
 * @param firstSeen milliseconds since the epoch; of the provenance, which is written once
 * @throws GatehouseError `json.invalid` when the hotfix has a value that does not fit its key
 */
export function entryParts(
  record: RepodataRecord,
  info: Pick<ReadPackageInfo, 'runExports' | 'infoFiles'>,
  { firstSeen, hotfix }: { readonly firstSeen: number; readonly hotfix?: Hotfix | undefined },
): EntryParts {
  const unpatched = { ...record, indexed_timestamp: firstSeen };
  if (hotfix === undefined) return { record: unpatched, ...packageFacts(info) };
  return { record: applyHotfix(unpatched, hotfix), ...packageFacts(info, unpatched) };
}

/** What an entry keeps of a package beside its record. */
type PackageFacts = Pick<IndexEntry, 'runExports' | 'facts'>;

/**
 * The two further JSON parts of a package's entry, from what `readPackageInfo` found. Files that are missing, broken or
 * of another shape say nothing.
 *
 * @param unpatched the record before the organisation's own hotfix, when that changes or removes it
 */
export function packageFacts(
  { runExports, infoFiles }: { readonly runExports: unknown; readonly infoFiles: InfoFiles },
  unpatched?: RepodataRecord,
): PackageFacts {
  const about = fieldsOf({ ...parsed(infoFiles.about, aboutSchema, {}), ...recipeSource(infoFiles.recipe ?? '') });
  const { paths } = parsed(infoFiles.paths, pathsSchema, { paths: [] });
  const flags = channelFlags.filter((flag) => paths.some((path) => flagTests[flag](path)));
  const facts = {
    ...(Object.keys(about).length > 0 && { about }),
    ...(flags.length > 0 && { flags }),
    unpatched,
  };
  return { runExports: jsonPart(readableRunExports(runExports) ?? {}), facts: jsonPart(facts) };
}

/** The facts of an entry. @throws GatehouseError `json.invalid` when it was not made here */
export function readFacts(facts: Uint8Array): Facts {
  return parsePart(facts, factsSchema, 'the facts of an index line');
}

const aboutSchema = z.record(z.string(), z.unknown());
const pathsSchema = z.looseObject({
  paths: z.array(
    z.looseObject({ _path: z.string(), prefix_placeholder: z.unknown().optional(), file_mode: z.unknown().optional() }),
  ),
});
type PackedPath = z.infer<typeof pathsSchema>['paths'][number];

const hasAny = (value: object): boolean => Object.keys(value).length > 0;

function parsed<T>(text: string | undefined, schema: z.ZodType<T>, otherwise: T): T {
  if (text === undefined) return otherwise;
  try {
    return parseJson(text, schema, 'a file of info/');
  } catch (error) {
    if (error instanceof GatehouseError) return otherwise;
    throw error;
  }
}

function fieldsOf(about: Readonly<Record<string, unknown>>): Facts['about'] {
  const pairs = channelFields.flatMap((field) => {
    const value = field === 'description' || field === 'summary' ? oneLine(about[field]) : about[field];
    return value === undefined || !isTrue(value) ? [] : [[field, value] as const];
  });
  return Object.fromEntries(pairs);
}

/** A description or summary as one line, as conda-index writes it; the lists that some old recipes have are joined. */
function oneLine(value: unknown): unknown {
  const texts = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === 'string')) return value;
  return texts.join('').trim().replaceAll('\n', ' ');
}

/** Whether Python holds a value for true, which decides what conda-index takes for a value. */
export function isTrue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return hasAny(value);
}

const script = (kind: string) => {
  const pattern = new RegExp(`/\\.[^]*-${kind}\\.`);
  return ({ _path }: PackedPath): boolean => pattern.test(_path);
};
const prefixed = (mode: string) => (path: PackedPath) => isTrue(path.prefix_placeholder) && path.file_mode === mode;

/** The rules of conda-index's `_cache_post_install_details`. */
const flagTests: Readonly<Record<(typeof channelFlags)[number], (path: PackedPath) => boolean>> = {
  'activate.d': ({ _path }) => _path.startsWith('etc/conda/activate.d'),
  'deactivate.d': ({ _path }) => _path.startsWith('etc/conda/deactivate.d'),
  binary_prefix: prefixed('binary'),
  text_prefix: prefixed('text'),
  post_link: script('post-link'),
  pre_link: script('pre-link'),
  pre_unlink: script('pre-unlink'),
};
