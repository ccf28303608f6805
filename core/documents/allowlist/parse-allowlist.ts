import type { JsonFault } from '../../json/json-fault.ts';
import { type JsonNode, locateJson, memberOf } from '../../json/locate-json.ts';
import { formatProblem, linesOf, problemsIn, quoted, type TextProblem } from '../../json/text-problem.ts';
import type { OptionalIndexFile } from '../../layout/index-files.ts';
import { defaultChannelName } from '../../layout/keys.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import type { PackageFormat } from '../../names/package-file-name.ts';
import { type ProjectName, parseProjectName } from '../../names/project-name.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { Subdir } from '../../names/subdir.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { Policy } from '../gate/policy.ts';
import {
  channelNameSchema,
  defaultIndex,
  defaultMapping,
  optionFormSchema,
  packageFormatSchema,
  platformSchema,
  pythonSchema,
  reservedNameSchema,
  type Versions,
  versionsSchema,
  virtualPackagesSchema,
} from './allowlist-schema.ts';
import { decodeAllowlist } from './decode-allowlist.ts';
import { faultAt, type ParseContext, readList } from './parse-context.ts';
import { type Entry, readEntries } from './read-entries.ts';
import { type Environment, readEnvironments } from './read-environments.ts';
import { readPolicy } from './read-policy.ts';
import { schemaFaults } from './schema-faults.ts';
import { isChannelNamed, sourceUrlSchema, urlIdentity, withoutSlash } from './source-url.ts';

/** What may enter, as the rest of the pipeline reads it: everything resolved, nothing left to look up. */
export interface Allowlist {
  /** The channel's, and its path: `https://HOST/NAME`. */
  readonly name: string;
  /** URLs without a slash at the end; none where all is published or copied in. */
  readonly channels: readonly string[];
  readonly platforms: readonly Subdir[];
  /** `3.12`; empty when entries are solved once, with whatever python they bring. */
  readonly python: readonly string[];
  /** Whether entries share what they need, though it be older than what each would get by itself. */
  readonly versions: Versions;
  /** URLs of Python package indexes without a slash at the end, at least one. */
  readonly indexes: readonly string[];
  /** Normal names (PEP 503) that are the organisation's own, with all below them: `isReserved`. */
  readonly reserved: readonly string[];
  /** The conda package that a PyPI project is, where the allowlist says so. */
  readonly condaNames: ReadonlyMap<ProjectName, string>;
  /** URL of the file that says which PyPI projects conda packages are; null for none. */
  readonly mapping: string | null;
  /** Of the packages that are made of PyPI entries. */
  readonly packageFormat: PackageFormat;
  /** In the file's order. */
  readonly entries: readonly Entry[];
  readonly environments: readonly Environment[];
  /** Platform -> virtual package -> version, where it differs from the defaults. */
  readonly virtualPackages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Index files beside those that are always written. */
  readonly forms: readonly OptionalIndexFile[];
  readonly policy: Policy;
}

export type ParsedAllowlist =
  | { readonly ok: true; readonly allowlist: Allowlist }
  | {
      readonly ok: false;
      readonly file: string;
      /** In the file's order, at most 50. */
      readonly problems: readonly TextProblem[];
      /** How many more there are. */
      readonly omitted: number;
    };

/**
 * The allowlist in a file's bytes.
 *
 * @param file what people call the file
 * @throws GatehouseError `allowlist.invalid` with every problem on a line of its own
 */
export function acceptAllowlist(bytes: Uint8Array, file: string): Allowlist {
  const parsed = parseAllowlist(bytes, file);
  if (parsed.ok) return parsed.allowlist;
  const lines = parsed.problems.flatMap((problem) => formatProblem(file, problem));
  if (parsed.omitted > 0) lines.push(`and ${parsed.omitted} more`);
  const isHinted = parsed.problems.some(({ hint }) => hint !== undefined);
  throw new GatehouseError('allowlist.invalid', lines, isHinted ? {} : { hint: formatHint });
}

const formatHint = 'README.md shows a whole allowlist; with allowlist.schema.json an editor completes and checks it';

const maxProblemsShown = 50;

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
  const inOrder = faults.toSorted((a, b) => a.start - b.start).slice(0, maxProblemsShown);
  return { ok: false, file, problems: inOrder.map(problemsIn(text)), omitted: faults.length - inOrder.length };
}

function readAllowlist(root: JsonNode, base: Omit<ParseContext, 'channels' | 'platforms'>): Allowlist {
  const channels = readUrls(memberOf(root, 'channels'), base);
  const platforms = readList(memberOf(root, 'platforms'), platformSchema, base);
  const context: ParseContext = { ...base, channels, platforms };
  const reserved = readReserved(memberOf(root, 'reserved'), base);
  return {
    name: channelNameSchema.safeParse(memberOf(root, 'name')?.value).data ?? defaultChannelName,
    channels: channels ?? [],
    platforms: platforms ?? [],
    python: readList(memberOf(root, 'python'), pythonSchema, base) ?? [],
    indexes: readUrls(memberOf(root, 'indexes'), base) ?? [defaultIndex],
    reserved,
    condaNames: readCondaNames(memberOf(root, 'condaNames'), reserved, context),
    mapping: readMapping(memberOf(root, 'mapping'), channels ?? []),
    versions: versionsSchema.safeParse(memberOf(root, 'versions')?.value).data ?? 'newest',
    packageFormat: packageFormatSchema.safeParse(memberOf(root, 'packageFormat')?.value).data ?? '.conda',
    entries: readEntries(memberOf(root, 'packages'), context),
    environments: readEnvironments(memberOf(root, 'environments'), context),
    virtualPackages: readVirtualPackages(memberOf(root, 'virtualPackages'), context),
    forms: readList(memberOf(root, 'forms'), optionFormSchema, base) ?? [],
    policy: readPolicy(root, base),
  };
}

/** URLs without a slash at the end when all of them fit, null otherwise; one in another spelling is there twice. */
function readUrls(node: JsonNode | null, { report }: Pick<ParseContext, 'report'>): readonly string[] | null {
  const urls = readList(node, sourceUrlSchema, { report, identity: urlIdentity });
  return urls?.map(withoutSlash) ?? null;
}

function readReserved(node: JsonNode | null, { report }: Pick<ParseContext, 'report'>): readonly string[] {
  const names = readList(node, reservedNameSchema, { report, identity: normalProjectName });
  return names?.map(normalProjectName) ?? [];
}

/**
 * By the project's normal name; a project that is there in two spellings is a mistake. So is a reserved one whose package
 * would have a name of anybody's, for that would come from whoever has it.
 */
function readCondaNames(
  node: JsonNode | null,
  reserved: readonly string[],
  { report }: ParseContext,
): ReadonlyMap<ProjectName, string> {
  const names = new Map<ProjectName, string>();
  for (const [written, { key, node: name }] of node?.members ?? []) {
    const project = parseProjectName(written);
    if (project === null || typeof name.value !== 'string') continue;
    if (names.has(project)) report(faultAt(key, { message: `${quoted(written)} is here twice, in another spelling` }));
    if (isReserved(project, reserved) && !isReserved(name.value, reserved)) {
      const message = `${quoted(written)} is a reserved name, and ${quoted(name.value)} is not: its package would be anybody's`;
      report(faultAt(name, { message, hint: 'give it a name that is reserved, or reserve this one too' }));
    }
    names.set(project, name.value);
  }
  return names;
}

/**
 * The published mapping is of conda-forge's packages and of no others: a mirror of another name has to name it, and so has
 * one on this machine or within its network, which may be all there is.
 */
function readMapping(node: JsonNode | null, channels: readonly string[]): string | null {
  if (node !== null) return node.value === 'none' ? null : String(node.value);
  const isCondaForge = (channel: string) => channel.startsWith('https:') && isChannelNamed('conda-forge', channel);
  return channels.some(isCondaForge) ? defaultMapping : null;
}

/** What machines have, by platform; for a platform the allowlist does not list it is a mistake. */
function readVirtualPackages(
  node: JsonNode | null,
  { platforms, report }: ParseContext,
): Record<string, Readonly<Record<string, string>>> {
  const members = [...(node?.members ?? [])].flatMap(([name, { key, node: versions }]) => {
    const platform = platformSchema.safeParse(name);
    const parsed = virtualPackagesSchema.safeParse(versions.value);
    if (!platform.success) return [];
    if (platforms !== null && !platforms.includes(platform.data)) {
      const message = `virtual packages for "${name}", which is not one of the allowlist's platforms`;
      report(faultAt(key, { message, hint: 'add it to "platforms", or remove this' }));
    }
    return parsed.success ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(members);
}
