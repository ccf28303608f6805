import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import { type MatchSpec, parseMatchSpec } from '../match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../match-spec/solver-spec.ts';
import type { Subdir } from '../subdir.ts';

/** Something that must install: an entry on its own, or an environment's specs together. */
export interface InstallRequest {
  /** The entry in its one spelling, so that respelling it changes nothing, or `environment:NAME`. */
  readonly id: string;
  readonly specs: readonly MatchSpec[];
  readonly platforms: readonly Subdir[];
  /** Package name -> the channel URL it must come from, where the allowlist says so. */
  readonly channels: ReadonlyMap<string, string>;
}

/** All that must install, in the allowlist's order: entries first, then environments. */
export function installRequests(allowlist: Allowlist): InstallRequest[] {
  const entries = allowlist.entries.flatMap((entry) => {
    if (entry.kind !== 'conda') return [];
    const channels = new Map(entry.channel === null ? [] : [[entry.spec.name, entry.channel]]);
    return [
      {
        id: canonicalMatchSpec(entry.spec),
        specs: [entry.spec, ...entry.depends],
        platforms: entry.platforms,
        channels,
      },
    ];
  });
  const { platforms } = allowlist;
  const environments = allowlist.environments.map(({ id, specs, channels }) => ({ id, specs, platforms, channels }));
  return [...entries, ...environments];
}

/** A spec we write ourselves. */
export function ownSpec(text: string): MatchSpec {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new TypeError(`not a MatchSpec: ${text}`);
  return parsed.spec;
}

/** What python brings: the versions asked for, and `pip`, which conda and mamba add to python's dependencies. */
export function pythonSpecs(python: readonly string[]): MatchSpec[] {
  return [ownSpec('pip'), ...python.map((version) => ownSpec(`python ${version}.*`))];
}
