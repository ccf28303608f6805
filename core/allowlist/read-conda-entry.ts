import type { MatchSpec } from '../match-spec.ts';
import { type EntryDetails, readDetails } from './entry-details.ts';
import type { JsonNode } from './locate-json.ts';
import { checkSubdir } from './read-platforms.ts';
import { type PlacedSpec, readSpec, resolveChannel, spanInSpec } from './read-spec.ts';
import { faultAt, memberOf, type Reading } from './reading.ts';
import { namesChannel, withoutSlash } from './source-url.ts';
import { quoted } from './text-problem.ts';

export interface CondaEntry extends EntryDetails {
  readonly kind: 'conda';
  /** The spec as written, trimmed. */
  readonly id: string;
  readonly spec: MatchSpec;
  /** The URL of the only channel it may come from; null when any of the allowlist's will do. */
  readonly channel: string | null;
}

/** The entry whose MatchSpec stands at `specNode`: `node` itself, or its `spec`. Null when it was reported. */
export function readCondaEntry(node: JsonNode, specNode: JsonNode, reading: Reading): CondaEntry | null {
  const details = readDetails(node, reading);
  const spec = readSpec(specNode, reading);
  if (spec === null) return null;
  const placed = { spec, node: specNode };
  checkName(placed, reading);
  const channel = readChannel(node, placed, reading);
  if (details === null) return null;
  checkSubdir(placed, details.platforms, reading);
  return { kind: 'conda', id: String(specNode.value).trim(), spec, channel, ...details };
}

function checkName(placed: PlacedSpec, { text, report }: Reading): void {
  const { name } = placed.spec;
  if (!name.startsWith('__')) return;
  const hint = 'say what machines have in "virtualPackages"';
  report(
    faultAt(spanInSpec(placed, name, text), {
      message: `${quoted(name)} is a virtual package: nothing to fetch`,
      hint,
    }),
  );
}

function readChannel(node: JsonNode, placed: PlacedSpec, reading: Reading): string | null {
  const own = memberOf(node, 'channel');
  const { channel: inSpec } = placed.spec;
  if (own === null) return inSpec === null ? null : resolveChannel(placed, inSpec, reading);
  const url = withoutSlash(String(own.value));
  if (inSpec === null || namesChannel(inSpec, url)) return url;
  const message = `"channel" contradicts the channel ${quoted(inSpec)} of the spec`;
  reading.report(faultAt(own, { message, hint: 'keep one of the two' }));
  return null;
}
