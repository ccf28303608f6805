import type { OptionalIndexFile } from '../layout/index-files.ts';
import type { Subdir } from '../subdir.ts';
import { type AllowlistProblem, problemsIn } from './allowlist-problem.ts';
import {
  optionFormSchema,
  type PolicyMode,
  platformSchema,
  policySchema,
  pythonSchema,
  reservedNameSchema,
} from './allowlist-schema.ts';
import { decodeAllowlist } from './decode-allowlist.ts';
import type { JsonFault } from './json-cursor.ts';
import { type JsonNode, locateJson } from './locate-json.ts';
import { type Entry, readEntries } from './read-entries.ts';
import { type Environment, readEnvironments } from './read-environments.ts';
import { readVirtualPackages } from './read-virtual-packages.ts';
import { memberOf, type Reading, readList } from './reading.ts';
import { schemaFaults } from './schema-faults.ts';
import { sourceUrlSchema, urlIdentity, withoutSlash } from './source-url.ts';
import { linesOf } from './text-lines.ts';

export { formatAllowlistProblem } from './allowlist-problem.ts';
export { unsupportedEntries } from './unsupported-entries.ts';

/** What may enter, as the rest of the pipeline reads it: everything resolved, nothing left to look up. */
export interface Allowlist {
  /** URLs without a slash at the end, at least one. */
  readonly channels: readonly string[];
  readonly platforms: readonly Subdir[];
  /** `3.12`; empty when entries are solved once, with whatever python they bring. */
  readonly python: readonly string[];
  /** In the file's order. */
  readonly entries: readonly Entry[];
  readonly environments: readonly Environment[];
  /** Platform -> virtual package -> version, where it differs from the defaults. */
  readonly virtualPackages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Package indexes for PyPI entries, without a slash at the end. */
  readonly indexes: readonly string[];
  /** The organisation's own names; a `*` at the end stands for any ending. */
  readonly reserved: readonly string[];
  /** Index files beside those that are always written. */
  readonly forms: readonly OptionalIndexFile[];
  /** Check -> mode. */
  readonly policy: Readonly<Record<string, PolicyMode>>;
}

export type ParsedAllowlist =
  | { readonly ok: true; readonly allowlist: Allowlist }
  | {
      readonly ok: false;
      readonly file: string;
      /** In the file's order, at most 50. */
      readonly problems: readonly AllowlistProblem[];
      /** How many more there are. */
      readonly omitted: number;
    };

const mostProblems = 50;

/**
 * Reads an allowlist's bytes. All that is wrong is told at once, as far as each part can be read without the others;
 * an allowlist with a problem is no allowlist.
 *
 * @param file what people call the file; comes back with the problems
 */
export function parseAllowlist(bytes: Uint8Array, file: string): ParsedAllowlist {
  const text = decodeAllowlist(bytes);
  if (typeof text !== 'string') {
    const { text: before, offset, message, hint } = text;
    return refused(file, before, [{ start: offset, end: offset, message, hint }]);
  }
  const { root, faults } = locateJson(text);
  if (root === null) return refused(file, text, faults);
  const all = [...faults, ...schemaFaults(root)];
  const allowlist = readAllowlist(root, { text, report: (fault) => all.push(fault), lineOf: linesOf(text).lineOf });
  return all.length === 0 ? { ok: true, allowlist } : refused(file, text, all);
}

function refused(file: string, text: string, faults: readonly JsonFault[]): ParsedAllowlist {
  const inOrder = faults.toSorted((a, b) => a.start - b.start).slice(0, mostProblems);
  return { ok: false, file, problems: inOrder.map(problemsIn(text)), omitted: faults.length - inOrder.length };
}

function readAllowlist(root: JsonNode, base: Omit<Reading, 'channels' | 'platforms'>): Allowlist {
  const { report } = base;
  const urls = (key: string): string[] | null =>
    readList(memberOf(root, key), sourceUrlSchema, { report, identity: urlIdentity })?.map(withoutSlash) ?? null;
  const channels = urls('channels');
  const platforms = readList(memberOf(root, 'platforms'), platformSchema, base);
  const reading: Reading = { ...base, channels, platforms };
  return {
    channels: channels ?? [],
    platforms: platforms ?? [],
    python: readList(memberOf(root, 'python'), pythonSchema, base) ?? [],
    entries: readEntries(memberOf(root, 'packages'), reading),
    environments: readEnvironments(memberOf(root, 'environments'), reading),
    virtualPackages: readVirtualPackages(memberOf(root, 'virtualPackages'), reading),
    indexes: urls('indexes') ?? ['https://pypi.org/simple'],
    reserved: readList(memberOf(root, 'reserved'), reservedNameSchema, base) ?? [],
    forms: readList(memberOf(root, 'forms'), optionFormSchema, base) ?? [],
    policy: policySchema.safeParse(memberOf(root, 'policy')?.value ?? {}).data ?? {},
  };
}
