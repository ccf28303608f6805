import type { JsonNode } from '../../json/locate-json.ts';
import { quoted } from '../../json/text-problem.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../../names/match-spec/solver-spec.ts';
import { compareVersions, type Version } from '../../names/version/version.ts';
import { environmentNameSchema, environmentSchema } from './allowlist-schema.ts';
import { faultAt, type ParseContext } from './parse-context.ts';
import { checkSubdir, type PlacedSpec, readSpecs, resolveChannel } from './read-spec.ts';

/** A group of packages that must install together. */
export interface Environment {
  readonly name: string;
  /** `environment:NAME`. */
  readonly id: string;
  readonly specs: readonly MatchSpec[];
  /** Package name -> the URL of the channel its spec names; names without one are absent. */
  readonly channels: ReadonlyMap<string, string>;
  /** The line of its name in the allowlist, from 1. */
  readonly line: number;
}

/** The sound members of `environments`. */
export function readEnvironments(node: JsonNode | null, context: ParseContext): Environment[] {
  return [...(node?.members ?? [])].flatMap(([name, { key, node: list }]) => {
    const placed = readSpecs(list, context);
    for (const one of placed) checkSubdir(one, context.platforms ?? [], context);
    reportRepeated(placed, context);
    reportPins(placed, context);
    const channels = channelsOf(placed, context);
    const sound = environmentNameSchema.safeParse(name).success && environmentSchema.safeParse(list.value).success;
    if (!sound) return [];
    const specs = placed.map(({ spec }) => spec);
    return [{ name, id: `environment:${name}`, specs, channels, line: context.lineOf(key.start) }];
  });
}

function reportRepeated(placed: readonly PlacedSpec[], { report }: ParseContext): void {
  const seen = new Set<string>();
  for (const { spec, node } of placed) {
    const meaning = canonicalMatchSpec(spec);
    if (seen.has(meaning)) report(faultAt(node, { message: `${quoted(String(node.value))} is here twice` }));
    seen.add(meaning);
  }
}

/** Two exact versions of one package never install together. */
function reportPins(placed: readonly PlacedSpec[], { report }: ParseContext): void {
  const pins = new Map<string, Version>();
  for (const { spec, node } of placed) {
    const term = spec.version?.term;
    if (term?.op !== '==') continue;
    const other = pins.get(spec.name);
    if (other === undefined) pins.set(spec.name, term.version);
    else if (compareVersions(other, term.version) !== 0) {
      const message = `this contradicts ${quoted(`${spec.name} ==${other.text}`)} of the same environment`;
      report(faultAt(node, { message, hint: 'split the environment in two' }));
    }
  }
}

function channelsOf(placed: readonly PlacedSpec[], context: ParseContext): Map<string, string> {
  const channels = new Map<string, string>();
  for (const one of placed) {
    const { channel, name } = one.spec;
    const url = channel === null ? null : resolveChannel(one, channel, context);
    if (url === null) continue;
    const other = channels.get(name) ?? url;
    channels.set(name, url);
    if (other === url) continue;
    const message = `this takes ${quoted(name)} from another channel than the same environment does before`;
    context.report(faultAt(one.node, { message, hint: `that was ${other}` }));
  }
  return channels;
}
