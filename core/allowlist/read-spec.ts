import { didYouMean } from '../did-you-mean.ts';
import { type MatchSpec, parseMatchSpec } from '../match-spec.ts';
import { specSchema } from './allowlist-schema.ts';
import type { Span } from './json-fault.ts';
import type { JsonNode } from './locate-json.ts';
import { offsetInString } from './locate-json.ts';
import { faultAt, type Reading } from './reading.ts';
import { namesChannel } from './source-url.ts';
import { quoted } from './text-problem.ts';

/** A MatchSpec and the string it stands in. */
export interface PlacedSpec {
  readonly spec: MatchSpec;
  readonly node: JsonNode;
}

/** The MatchSpec in a string of the allowlist; null, and reported where in the string, when it is none. */
export function readSpec(node: JsonNode, { text, report }: Reading): MatchSpec | null {
  const written = specSchema.safeParse(node.value);
  if (!written.success) return null;
  const parsed = parseMatchSpec(written.data);
  if (parsed.ok) return parsed.spec;
  const start = Math.min(offsetInString(text, node.start, parsed.at), node.end - 1);
  const end = Math.max(start + 1, node.end - 1);
  const { message, hint } = parsed;
  const why = `${quoted(written.data)} is not a MatchSpec: ${message}`;
  report({ start, end, message: why, ...(hint === undefined ? {} : { hint }) });
  return null;
}

/** The specs of a list; those that are none are reported and left out. */
export function readSpecs(node: JsonNode | null, reading: Reading): PlacedSpec[] {
  return (node?.items ?? []).flatMap((item) => {
    const spec = readSpec(item, reading);
    return spec === null ? [] : [{ spec, node: item }];
  });
}

/** Where in its string a part of a spec stands; the whole string when the part is written in another way. */
export function spanInSpec({ node }: PlacedSpec, part: string, text: string): Span {
  const index = String(node.value).indexOf(part);
  if (index < 0) return node;
  return {
    start: offsetInString(text, node.start, index),
    end: offsetInString(text, node.start, index + part.length),
  };
}

/** The one of the allowlist's channels that a spec's channel names; null, and reported, when there is none or several. */
export function resolveChannel(
  placed: PlacedSpec,
  channel: string,
  { text, channels, report }: Reading,
): string | null {
  if (channels === null) return null;
  const fitting = channels.filter((url) => namesChannel(channel, url));
  const [only = null] = fitting;
  if (fitting.length === 1) return only;
  const span = spanInSpec(placed, channel, text);
  if (fitting.length > 1) {
    const hint = `write which: ${fitting.join(' or ')}`;
    report(faultAt(span, { message: `several of "channels" are called ${quoted(channel)}`, hint }));
    return null;
  }
  const near = didYouMean(
    channel,
    channels.map((url) => url.slice(url.lastIndexOf('/') + 1)),
  );
  const hint = near === null ? 'add its URL to "channels"' : `did you mean "${near}"?`;
  report(faultAt(span, { message: `none of "channels" is called ${quoted(channel)}`, hint }));
  return null;
}
