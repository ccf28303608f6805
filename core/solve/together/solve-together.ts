import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { noPatches, type Patches } from '../../documents/patches/hotfix.ts';
import { type Artifact, artifactId, type EntryOutcome, type Plan, type Together } from '../../documents/plan.ts';
import { noarch } from '../../names/subdir.ts';
import type { Solver } from '../../ports/solver.ts';
import { atMost } from '../at-most.ts';
import type { PlacedRecord } from '../candidate-pool.ts';
import { type InstallRequest, installRequests } from '../requests.ts';
import { solvedPythons } from '../solve-request.ts';
import { patchRecords } from '../upstream-subdirs.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';
import { askSolver } from './ask-solver.ts';
import { describeApart, type FoundApart } from './describe-apart.ts';
import { minimalGroups } from './minimal-groups.ts';
import type { TryEnvironment } from './try-environment.ts';
import { type Installed, whyApart } from './why-apart.ts';

interface TogetherWorld {
  readonly solver: Pick<Solver, 'solve'>;
  readonly patches?: Patches | undefined;
  /** Nobody is asked without it whether other versions would go together. */
  readonly tryEnvironment?: TryEnvironment | undefined;
}

/** What a plan has of all entries. */
interface Planned {
  readonly artifacts: readonly Artifact[];
  readonly outcomes: readonly EntryOutcome[];
  /** Pairs that share no python of those that the allowlist lists. */
  readonly apart: Plan['apart'];
}

/** A solve from so few records takes some 10 ms. */
const maxSolves = 400;
/** Of each platform and python. */
const maxGroups = 10;

/**
 * Which entries of a plan cannot be installed into one environment from what the channel will hold, though each can by itself,
 * on each platform and with each python that the allowlist lists; and which could with other versions. At most
 * {@link maxSolves} solves; one for each platform and python where all is well, and none of an entry alone.
 */
export async function solveTogether(allowlist: Allowlist, planned: Planned, world: TogetherWorld): Promise<Together> {
  const requests = installRequests(allowlist).slice(0, allowlist.entries.length);
  const records = patchRecords(planned.artifacts, world.patches ?? noPatches);
  const solve = atMost(maxSolves, world.solver);
  const found = withoutPython(requests, planned);
  let more = planned.apart.length > maxGroups;
  for (const platform of allowlist.platforms) {
    const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
    const here = records.filter(({ subdir }) => subdir === platform || subdir === noarch);
    const outcomes = planned.outcomes.filter((one) => one.platform === platform && one.status === 'solved');
    for (const python of pythonsOf(outcomes)) {
      const members = membersOf(requests, outcomes.filter(isWith(python)), here);
      const asked = askSolver(here, { platform, virtualPackages, python, solve });
      const likely = found.flatMap(({ group }) => sameAmong(members, group));
      const result = await minimalGroups(members, asked, { maxGroups, likely });
      for (const group of result.groups) {
        const requestsApart = group.map(({ request }) => request);
        found.push({ group: requestsApart, reason: whyApart(group, here), platform, python });
      }
      more ||= result.more;
    }
  }
  return { apart: await describeApart(found, allowlist, world.tryEnvironment), more };
}

/** The pairs that share no python, which no other versions change: each was solved for each python by itself. */
function withoutPython(requests: readonly InstallRequest[], { apart, outcomes }: Planned): FoundApart[] {
  return apart.slice(0, maxGroups).flatMap(({ platform, entries }) => {
    const group = requests.filter(({ id, platforms }) => entries.includes(id) && platforms.includes(platform));
    const here = outcomes.filter((one) => one.platform === platform);
    const withPythons = group.map(
      ({ id }) => `${id} installs with python ${solvedPythons(here.filter(({ entry }) => entry === id)).join(', ')}`,
    );
    const reason = withPythons.join(', ');
    return group.length < 2 ? [] : [{ group, reason, isSure: true, platform, python: null }];
  });
}

/** The pythons that entries solve with; null alone where none has one of its own. */
function pythonsOf(outcomes: readonly EntryOutcome[]): (string | null)[] {
  const pythons = new Set(outcomes.flatMap(({ python }) => python ?? []));
  return pythons.size === 0 ? [null] : [...pythons];
}

/** An entry that needs no python goes with each. */
const isWith =
  (version: string | null) =>
  ({ python }: EntryOutcome): boolean =>
    python === null || python === version;

/** An entry that installs, with what it does. */
interface Member extends Installed {
  readonly request: InstallRequest;
}

function membersOf(
  requests: readonly InstallRequest[],
  outcomes: readonly EntryOutcome[],
  records: readonly PlacedRecord[],
): Member[] {
  const byId = new Map(records.map((one) => [artifactId(one), one]));
  return requests.flatMap((request) => {
    const { id, specs, platforms } = request;
    const own = outcomes.find(({ entry, platform }) => entry === id && platforms.includes(platform));
    if (own === undefined) return [];
    return [{ request, id, specs, records: own.artifacts.flatMap((artifact) => byId.get(artifact) ?? []) }];
  });
}

/** A group of another place where all of it is here too. */
function sameAmong(members: readonly Member[], group: readonly InstallRequest[]): Member[][] {
  const same = members.filter(({ request }) => group.includes(request));
  return same.length === group.length ? [same] : [];
}
