import { isOwnProject } from '../../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Patches } from '../../documents/patches/hotfix.ts';
import { artifactId } from '../../documents/plan.ts';
import { isWanted } from '../../made/channel-packages.ts';
import type { NamesWorld } from '../../made/conda-names.ts';
import { madeCandidates } from '../../made/made-candidates.ts';
import type { WantedProject } from '../../made/project-places.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { isReserved } from '../../names/reserved-names.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import { type PypiRequest, pypiRequests } from '../requests.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import type { UpstreamView } from '../upstream-view.ts';
import { besideMade } from './beside-made.ts';
import { lackingSpecs } from './lacking-specs.ts';
import { upstreamChannels } from './upstream-channels.ts';

interface OwnViewWorld extends Omit<NamesWorld, 'channels'> {
  readonly view: UpstreamView;
  readonly allowlist: Allowlist;
  readonly openSubdir: OpenSubdir;
  readonly patches?: Patches | undefined;
}

/** What a platform's solver may choose from for some requests. */
export type RequestView = Pick<UpstreamView, 'platform' | 'named'>;

/**
 * What the organisation's own packages are solved from: the channels, and for what these packages need and no channel has,
 * that which could be made for the allowlist's PyPI entries, as for what such an entry needs itself. What our channel has
 * for those entries is there for whoever installs an own package. It depends on the store's packages, the channels and
 * the allowlist, and not on what is asked: so it is the same wherever the work is cut.
 */
export async function openOwnView(world: OwnViewWorld): Promise<RequestView> {
  const { view, allowlist, patches } = world;
  const lacking = await lackingSpecs(world);
  if (lacking.length === 0) return view;
  const names = new Set(lacking.map(({ name }): string => name));
  const { made, wanted, failed } = await madeFor(lacking, world);
  const named = besideMade(view, {
    made,
    patches,
    lacks(name, ofChannels) {
      if (isReserved(name, allowlist.reserved)) return false;
      // An entry whose index cannot be read might have brought it.
      if (names.has(name) && failed !== null) throw failed;
      return names.has(name) || wanted.some((one) => one.name === name && !isMet(one, ofChannels));
    },
  });
  return { platform: view.platform, named };
}

const isMet = ({ name, specifier }: WantedProject, records: readonly UpstreamRecord[]): boolean =>
  records.some((one) => isWanted(one, name, specifier));

interface MadeFor {
  readonly made: readonly UpstreamRecord[];
  /** What entries want of other projects that come from an index. */
  readonly wanted: readonly WantedProject[];
  /** Why an entry's packages are not known, which says nothing of them. */
  readonly failed: GatehouseError | null;
}

/**
 * Works out what could be made for the PyPI entries that are called as what lacks, and, where that does not do, for all that
 * take what they need from the index too. Each package is that of the first entry that has it.
 */
async function madeFor(lacking: readonly MatchSpec[], world: OwnViewWorld): Promise<MadeFor> {
  const { called, closing } = entriesFor(lacking, world.allowlist);
  const first = await madeForEach(called, world);
  if (lacking.every((spec) => first.made.some((one) => matchesPlaced(spec, one)))) return first;
  const rest = await madeForEach(closing, world);
  return {
    made: eachOnce([...first.made, ...rest.made]),
    wanted: [...first.wanted, ...rest.wanted],
    failed: first.failed ?? rest.failed,
  };
}

async function madeForEach(requests: readonly PypiRequest[], world: OwnViewWorld): Promise<MadeFor> {
  const found: Omit<MadeFor, 'failed'>[] = [];
  let failed: GatehouseError | null = null;
  for (const request of requests) {
    try {
      found.push(await candidatesOf(request, world));
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      failed ??= error;
    }
  }
  return { made: eachOnce(found.flatMap(({ made }) => made)), wanted: found.flatMap(({ wanted }) => wanted), failed };
}

/** The first of each id. */
const eachOnce = (records: readonly UpstreamRecord[]): UpstreamRecord[] => [
  ...new Map(records.toReversed().map((one) => [artifactId(one), one])).values(),
];

/** Whatever their platforms: what is made is noarch, and every platform of our channel sees it. */
function entriesFor(lacking: readonly MatchSpec[], allowlist: Allowlist) {
  const entries = pypiRequests(allowlist).filter(({ made }) => !isOwnProject(made.project, allowlist));
  const called = entries.filter(({ made }) => lacking.some(({ name }) => name === made.name));
  return { called, closing: entries.filter((one) => one.made.closesOnIndex && !called.includes(one)) };
}

/** What cannot be made for an entry is told of it where that entry is solved. */
async function candidatesOf(request: PypiRequest, { allowlist, openSubdir, ...world }: OwnViewWorld) {
  const channels = upstreamChannels(allowlist, openSubdir);
  const found = await madeCandidates(request, allowlist, { ...world, channels });
  return found.ok
    ? { made: [...found.records, ...found.dependencies], wanted: found.wanted }
    : { made: [], wanted: [] };
}
