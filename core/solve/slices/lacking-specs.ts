import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { isReserved } from '../../names/reserved-names.ts';
import { noarch } from '../../names/subdir.ts';
import { GatehouseError } from '../../problems/error.ts';
import { dependencySpec } from '../../record/dependency-spec.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import { isOwnChannel, seenChannels } from '../own-names.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import type { UpstreamView } from '../upstream-view.ts';

interface LackingWorld {
  readonly view: UpstreamView;
  readonly allowlist: Allowlist;
  readonly openSubdir: OpenSubdir;
}

/** What some own package needs of a name that is not reserved, and no channel has for the platform. */
export async function lackingSpecs(world: LackingWorld): Promise<MatchSpec[]> {
  const lacking: MatchSpec[] = [];
  for (const text of [...(await ownDependencies(world))].sort()) {
    const spec = dependencySpec(text);
    if (spec === null || spec.name.startsWith('__') || isReserved(spec.name, world.allowlist.reserved)) continue;
    if (await isLacking(spec, world.view)) lacking.push(spec);
  }
  return lacking;
}

async function ownDependencies({ view, allowlist, openSubdir }: LackingWorld): Promise<Set<string>> {
  const own = seenChannels(allowlist).filter(isOwnChannel);
  const places = own.flatMap((channel) => [noarch, view.platform].map((subdir) => [channel, subdir] as const));
  const needed = new Set<string>();
  for (const [channel, subdir] of places) {
    const opened = await openSubdir(channel, subdir);
    const read = await Promise.all([...(opened?.names() ?? [])].map((name) => opened?.records(name)));
    const depends = read.flatMap((found) => (found?.records ?? []).flatMap(({ record }) => record.depends));
    for (const text of depends) needed.add(text);
  }
  return needed;
}

/** What cannot be read lacks nothing: whoever asks for it is told that it cannot be read. */
async function isLacking(spec: MatchSpec, { named }: UpstreamView): Promise<boolean> {
  try {
    const { records } = await named(spec.name);
    return !records.some((one) => matchesPlaced(spec, one));
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return false;
  }
}
