import { type JsonNode, memberOf, offsetInString } from '../../json/locate-json.ts';
import { quoted } from '../../json/text-problem.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../../names/match-spec/solver-spec.ts';
import type { Subdir } from '../../names/subdir.ts';
import { detailedEntrySchema, type ofPypiAlone, platformSchema } from './allowlist-schema.ts';
import { faultAt, type ParseContext, readList } from './parse-context.ts';
import { type PypiRequirement, readPypi } from './read-pypi.ts';
import { checkSubdir, type PlacedSpec, readSpec, readSpecs, resolveChannel, spanInSpec } from './read-spec.ts';
import { isChannelNamed, withoutSlash } from './source-url.ts';

/** What an entry says beside its package, of whichever kind it is. */
interface EntryDetails {
  readonly platforms: readonly Subdir[];
  /** Dependencies it has beside those its record states. They carry no channel. */
  readonly depends: readonly MatchSpec[];
  readonly reason: string | null;
  /** The line where it starts in the allowlist, from 1. */
  readonly line: number;
}

interface CondaEntry extends EntryDetails {
  readonly kind: 'conda';
  /** The spec as written, trimmed. */
  readonly id: string;
  readonly spec: MatchSpec;
  /** The URL of the only channel it may come from; null when any of the allowlist's will do. */
  readonly channel: string | null;
}

export interface PypiEntry extends EntryDetails, PypiRequirement {
  readonly kind: 'pypi';
  /** `pypi:` and the requirement as written, trimmed. */
  readonly id: string;
  /** Whether a wheel may be made of an sdist. */
  readonly unpack: boolean;
  /** Whether what it needs and no channel has comes from the index. */
  readonly closesOnIndex: boolean;
  /** The one wheel that it means, published by hand; null when any of the project will do. */
  readonly wheel: Sha256 | null;
}

/** One thing the allowlist lets in. */
export type Entry = CondaEntry | PypiEntry;

/** The sound entries of `packages`; one that means the same as another on a platform they share is a duplicate. */
export function readEntries(node: JsonNode | null, context: ParseContext): Entry[] {
  const byMeaning = new Map<string, Entry[]>();
  return (node?.items ?? []).flatMap((item) => {
    const entry = readEntry(item, context);
    if (entry === null) return [];
    const meaning = entry.kind === 'conda' ? canonicalMatchSpec(entry.spec) : `pypi:${entry.name} ${entry.specifier}`;
    const alike = byMeaning.get(meaning) ?? [];
    const original = alike.find((other) => sharePlatform(other, entry));
    // Duplicates are not kept, so that `alike` is never longer than the list of platforms.
    if (original === undefined) byMeaning.set(meaning, [...alike, entry]);
    else {
      const message = `${quoted(entry.id)} is a duplicate: line ${original.line} lists the same`;
      context.report(faultAt(item, { message, hint: 'remove one of the two' }));
    }
    return [entry];
  });
}

/** An entry without platforms is for all of those the allowlist should have listed. */
function sharePlatform(a: Entry, b: Entry): boolean {
  if (a.platforms.length === 0 || b.platforms.length === 0) return true;
  return a.platforms.some((platform) => b.platforms.includes(platform));
}

function readEntry(node: JsonNode, context: ParseContext): Entry | null {
  if (typeof node.value === 'string') return readCondaEntry(node, node, context);
  if (node.value === null || typeof node.value !== 'object' || Array.isArray(node.value)) return null;
  const [spec, pypi] = [memberOf(node, 'spec'), memberOf(node, 'pypi')];
  if (spec !== null && pypi === null) return readCondaEntry(node, spec, context);
  if (spec === null && pypi !== null) return readPypiEntry(node, pypi, context);
  const both = { message: 'an entry has either "spec" or "pypi", not both', hint: 'write two entries' };
  context.report(faultAt(node, spec === null ? { message: 'an entry needs a "spec" or a "pypi"' } : both));
  return null;
}

/** The entry whose MatchSpec stands at `specNode`: `node` itself, or its `spec`. Null when it was reported. */
function readCondaEntry(node: JsonNode, specNode: JsonNode, context: ParseContext): CondaEntry | null {
  const details = readDetails(node, context);
  const spec = readSpec(specNode, context);
  if (spec === null) return null;
  const placed = { spec, node: specNode };
  if (spec.name.startsWith('__')) {
    const message = `${quoted(spec.name)} is a virtual package: nothing to fetch`;
    const hint = 'say what machines have in "virtualPackages"';
    context.report(faultAt(spanInSpec(placed, spec.name, context.text), { message, hint }));
  }
  const channel = readChannel(node, placed, context);
  refuseOfPypi(node, context);
  if (details === null) return null;
  checkSubdir(placed, details.platforms, context);
  return { kind: 'conda', id: String(specNode.value).trim(), spec, channel, ...details };
}

const ofPypi = {
  sdist: 'a conda package has no sdist',
  dependencies: 'the dependencies of a conda package come from the channels',
  wheel: 'a conda package has no wheel',
} satisfies Record<(typeof ofPypiAlone)[number], string>;

function refuseOfPypi(node: JsonNode, { report }: ParseContext): void {
  for (const [key, message] of Object.entries(ofPypi)) {
    const own = memberOf(node, key);
    if (own !== null) report(faultAt(own, { message, hint: 'remove this' }));
  }
}

function readChannel(node: JsonNode, placed: PlacedSpec, context: ParseContext): string | null {
  const own = memberOf(node, 'channel');
  const { channel: inSpec } = placed.spec;
  if (own === null) return inSpec === null ? null : resolveChannel(placed, inSpec, context);
  const url = withoutSlash(String(own.value));
  if (inSpec === null || isChannelNamed(inSpec, url)) return url;
  const message = `"channel" contradicts the channel ${quoted(inSpec)} of the spec`;
  context.report(faultAt(own, { message, hint: 'keep one of the two' }));
  return null;
}

/** The entry whose PyPI requirement stands at `pypiNode`. Null when it was reported. */
function readPypiEntry(node: JsonNode, pypiNode: JsonNode, context: ParseContext): PypiEntry | null {
  const details = readDetails(node, context);
  const channel = memberOf(node, 'channel');
  if (channel !== null) {
    context.report(faultAt(channel, { message: 'a PyPI entry has no conda channel', hint: 'remove this' }));
  }
  if (typeof pypiNode.value !== 'string') return null;
  const read = readPypi(pypiNode.value);
  if (!read.ok) {
    const { at, ok, ...wording } = read;
    const start = offsetInString(context.text, pypiNode.start, at);
    context.report({ start, end: Math.max(start + 1, pypiNode.end - 1), ...wording });
    return null;
  }
  const { name, specifier } = read;
  const unpack = memberOf(node, 'sdist') !== null;
  const closesOnIndex = memberOf(node, 'dependencies') !== null;
  const wheel = readWheelPin(node, { unpack }, context);
  const id = `pypi:${pypiNode.value.trim()}`;
  return details === null ? null : { kind: 'pypi', id, name, specifier, unpack, closesOnIndex, wheel, ...details };
}

/** A wheel that is named by its bytes was made by somebody: there is no sdist to read. */
function readWheelPin(
  node: JsonNode,
  { unpack }: Pick<PypiEntry, 'unpack'>,
  { report }: ParseContext,
): PypiEntry['wheel'] {
  const pin = memberOf(node, 'wheel');
  if (pin !== null && unpack) {
    report(faultAt(pin, { message: 'an entry has either "sdist" or "wheel", not both', hint: 'keep one of the two' }));
  }
  return sha256Schema.safeParse(String(pin?.value).replace(/^sha256:/, '')).data ?? null;
}

/** The details of the entry at a node (a string has none of its own); null when they do not fit the schema. */
function readDetails(node: JsonNode, context: ParseContext): EntryDetails | null {
  const parsed = detailedEntrySchema.safeParse(typeof node.value === 'string' ? {} : node.value);
  const platforms = readPlatforms(memberOf(node, 'platforms'), context);
  const depends = readSpecs(memberOf(node, 'depends'), context);
  for (const placed of depends) refuseChannel(placed, context);
  if (!parsed.success) return null;
  const specs = depends.map(({ spec }) => spec);
  return { platforms, depends: specs, reason: parsed.data.reason ?? null, line: context.lineOf(node.start) };
}

/** The platforms an entry is for: its own, which must be among those listed at the top, or all of them. */
function readPlatforms(node: JsonNode | null, context: ParseContext): readonly Subdir[] {
  const { platforms, report } = context;
  if (node === null) return platforms ?? [];
  for (const item of node.items) {
    const platform = platformSchema.safeParse(item.value);
    if (!platform.success || platforms === null || platforms.includes(platform.data)) continue;
    const message = `${quoted(platform.data)} is not one of the allowlist's platforms`;
    report(faultAt(item, { message, hint: 'add it to "platforms" at the top' }));
  }
  return readList(node, platformSchema, context) ?? [];
}

/** A dependency ends up in a record, and a record's dependencies name no channels (CEP 36). */
function refuseChannel(placed: PlacedSpec, { text, report }: ParseContext): void {
  const { channel, url } = placed.spec;
  if (channel === null && url === null) return;
  const wording = { message: 'a dependency cannot name a channel', hint: 'give the package an entry of its own' };
  report(faultAt(spanInSpec(placed, channel ?? url ?? '', text), wording));
}
