import type { MatchSpec } from '../match-spec/parse-match-spec.ts';
import type { Subdir } from '../subdir.ts';
import { detailedEntrySchema } from './allowlist-schema.ts';
import type { JsonNode } from './locate-json.ts';
import { readPlatforms } from './read-platforms.ts';
import { type PlacedSpec, readSpecs, spanInSpec } from './read-spec.ts';
import { faultAt, memberOf, type Reading } from './reading.ts';

/** What both kinds of entry have. */
export interface EntryDetails {
  readonly platforms: readonly Subdir[];
  /** Dependencies it has beside those its record states. They carry no channel. */
  readonly depends: readonly MatchSpec[];
  readonly reason: string | null;
  /** Where it starts in the allowlist, from 1. */
  readonly line: number;
}

/** The details of the entry at a node (a string has none of its own); null when they do not fit the schema. */
export function readDetails(node: JsonNode, reading: Reading): EntryDetails | null {
  const parsed = detailedEntrySchema.safeParse(typeof node.value === 'string' ? {} : node.value);
  const platforms = readPlatforms(node, reading);
  const depends = readSpecs(memberOf(node, 'depends'), reading);
  for (const placed of depends) refuseChannel(placed, reading);
  if (!parsed.success) return null;
  const specs = depends.map(({ spec }) => spec);
  return { platforms, depends: specs, reason: parsed.data.reason ?? null, line: reading.lineOf(node.start) };
}

/** A dependency ends up in a record, and a record's dependencies name no channels (CEP 36). */
function refuseChannel(placed: PlacedSpec, { text, report }: Reading): void {
  const { channel, url } = placed.spec;
  if (channel === null && url === null) return;
  const span = spanInSpec(placed, channel ?? url ?? '', text);
  report(
    faultAt(span, { message: 'a dependency cannot name a channel', hint: 'give the package an entry of its own' }),
  );
}
