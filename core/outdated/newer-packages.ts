import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import type { RepodataRecord } from '../record/record.ts';
import { matchesPlaced } from '../solve/candidate-pool.ts';
import { type InstallRequest, installRequests } from '../solve/requests.ts';
import type { OpenSubdir } from '../solve/upstream-subdirs.ts';
import { openView, type UpstreamView } from '../solve/upstream-view.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { newestFirst, newestFromUpstream } from './from-upstream.ts';
import type { LookedUp, Outdated } from './outdated.ts';

export interface NewerPackagesWorld extends ChannelStore {
  /** Remembers what it opened (`rememberUpstream`). */
  readonly openSubdir: OpenSubdir;
}

/** So many names hide a server's latency and are still polite to it. */
const maxConcurrentNames = 16;

/**
 * Looks up which conda packages that the channel serves have a newer version in the allowlist's channels, on the platforms
 * where they are: the first channel that has a name decides. What was published or copied in, what was made of a Python
 * project, and the organisation's own names are not asked for.
 *
 * @throws GatehouseError `json.invalid` for a damaged index of our own
 */
export async function newerPackages(allowlist: Allowlist, world: NewerPackagesWorld): Promise<LookedUp> {
  const isAsked = (name: string) => allowlist.channels.length > 0 && !isReserved(name, allowlist.reserved);
  const answers: Answer[] = [];
  const names = new Set<string>();
  for (const platform of allowlist.platforms) {
    const here = await newestFromUpstream(platform, isAsked, world);
    answers.push(...(await tryPlatform(platform, here, allowlist, world)));
    for (const { name } of here) names.add(name);
  }
  return {
    outdated: together(answers.flatMap((one) => ('code' in one ? [] : [one]))),
    count: names.size,
    problems: answers.flatMap((one) => ('code' in one ? [one] : [])),
  };
}

type Answer = Outdated | Problem;

async function tryPlatform(
  platform: Subdir,
  here: readonly RepodataRecord[],
  allowlist: Allowlist,
  world: NewerPackagesWorld,
): Promise<Answer[]> {
  if (here.length === 0) return [];
  try {
    const view = await openView(allowlist.channels, platform, world);
    const requests = installRequests(allowlist).filter(({ platforms }) => platforms.includes(platform));
    const answers: Answer[] = [];
    for await (const one of mapInOrder(here, maxConcurrentNames, (own) => tryName(own, requests, view)))
      if (one !== null) answers.push(one);
    return answers;
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return [problemOf(error, platform)];
  }
}

async function tryName(
  own: RepodataRecord,
  requests: readonly InstallRequest[],
  view: UpstreamView,
): Promise<Answer | null> {
  try {
    return await lookUp(own, requests, view);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return problemOf(error, own.name);
  }
}

async function lookUp(
  { name, version }: RepodataRecord,
  requests: readonly InstallRequest[],
  view: UpstreamView,
): Promise<Outdated | null> {
  const naming = requests.filter(({ specs }) => specs.some((spec) => spec.name === name));
  const only = naming.flatMap(({ channels }) => channels.get(name) ?? [])[0];
  const { records } = await view.named(name, only);
  const released = records.filter(({ record }) => !isPrerelease(record.version));
  const [newest] = released.sort((a, b) => newestFirst(a.record, b.record));
  if (newest === undefined || newestFirst(newest.record, { version }) >= 0) return null;
  return {
    from: 'conda',
    name,
    here: version,
    newest: newest.record.version,
    where: newest.channel,
    platforms: [view.platform],
    allowlist: said(newest, naming),
    entries: naming.map(({ id }) => id),
  };
}

function said(newest: UpstreamRecord, naming: readonly InstallRequest[]): Outdated['allowlist'] {
  if (naming.length === 0) return 'dependency';
  const isLetIn = naming.some(({ specs }) =>
    specs.every((spec) => spec.name !== newest.record.name || matchesPlaced(spec, newest)),
  );
  return isLetIn ? 'lets-in' : 'pins';
}

/** A letter alone is none of a pre-release: `2025b` of tzdata and `1.1.1w` of openssl are releases. */
const isPrerelease = (version: string): boolean =>
  /(?:alpha|beta|preview|dev|pre|rc)(?![a-z])|\d[._]?[abc]\d/i.test(version);

/** What is so on several platforms is one row. */
const together = (found: readonly Outdated[]): Outdated[] =>
  [...Map.groupBy(found, ({ platforms: _, ...row }) => JSON.stringify(row)).values()].flatMap((alike) =>
    alike.slice(0, 1).map((one) => ({ ...one, platforms: alike.flatMap(({ platforms }) => platforms) })),
  );
