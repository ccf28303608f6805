import type { Span } from '../../json/json-fault.ts';
import { type JsonNode, offsetInString } from '../../json/locate-json.ts';
import { quoted } from '../../json/text-problem.ts';
import { type MatchSpec, parseMatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import type { Subdir } from '../../names/subdir.ts';
import { didYouMean } from '../../problems/did-you-mean.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import { specSchema } from './allowlist-schema.ts';
import { faultAt, type ParseContext } from './parse-context.ts';
import { isChannelNamed } from './source-url.ts';

/** A MatchSpec and the string it stands in. */
export interface PlacedSpec {
  readonly spec: MatchSpec;
  readonly node: JsonNode;
}

/** The MatchSpec in a string of the allowlist; null, and reported where in the string, when it is none. */
export function readSpec(node: JsonNode, { text, report }: ParseContext): MatchSpec | null {
  const written = specSchema.safeParse(node.value);
  if (!written.success) return null;
  // Parts of it would be quoted, and of half a URL nobody can tell what of it is a secret.
  if (shownUrl(written.data) !== written.data) {
    const message = `${quoted(written.data)} is not a MatchSpec: none has a user, a token, a query or a fragment`;
    report(faultAt(node, { message }));
    return null;
  }
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
export function readSpecs(node: JsonNode | null, context: ParseContext): PlacedSpec[] {
  return (node?.items ?? []).flatMap((item) => {
    const spec = readSpec(item, context);
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

/** Reports a spec whose subdir none of the platforms reads. */
export function checkSubdir(placed: PlacedSpec, platforms: readonly Subdir[], { text, report }: ParseContext): void {
  const { subdir } = placed.spec;
  if (subdir === null || subdir === 'noarch' || platforms.length === 0) return;
  if (platforms.some((platform) => platform === subdir)) return;
  const message = `no platform here reads the subdir ${quoted(subdir)}`;
  const hint = `it must be noarch or one of ${platforms.join(', ')}`;
  report(faultAt(spanInSpec(placed, subdir, text), { message, hint }));
}

/** The one of the allowlist's channels that a spec's channel names; null, and reported, when there is none or several. */
export function resolveChannel(
  placed: PlacedSpec,
  channel: string,
  { text, channels, report }: ParseContext,
): string | null {
  if (channels === null) return null;
  const fitting = channels.filter((url) => isChannelNamed(channel, url));
  const [only = null] = fitting;
  if (fitting.length === 1) return only;
  const span = spanInSpec(placed, channel, text);
  if (fitting.length > 1) {
    const hint = `write which: ${fitting.join(' or ')}`;
    report(faultAt(span, { message: `several of "channels" are called ${quoted(channel)}`, hint }));
    return null;
  }
  const lastParts = channels.map((url) => url.slice(url.lastIndexOf('/') + 1));
  const near = didYouMean(channel, lastParts);
  const hint = near === null ? 'add its URL to "channels"' : `did you mean "${near}"?`;
  report(faultAt(span, { message: `none of "channels" is called ${quoted(channel)}`, hint }));
  return null;
}
