import { type MostLeaving, mostLeave } from '../../core/diff/most-leave.ts';
import type { Applied } from '../../core/diff/write-plan.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { keepAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { markOpened } from '../../core/documents/gate/opened.ts';
import { type Plan, pythonsForPip } from '../../core/documents/plan.ts';
import { thisStore } from '../../core/documents/published/this-store.ts';
import { gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { byEntryAndPlatform, installs } from '../../core/solve/solve-request.ts';
import type { Excluding } from '../../core/solve/standing/held.ts';
import { keepUpstream, rememberUpstream } from '../../core/solve/upstream-subdirs.ts';
import { apply } from '../../core/steps/apply.ts';
import type { IndexedProjects } from '../../core/steps/index-projects.ts';
import type { IndexedSubdir } from '../../core/steps/index-subdir.ts';
import { plan } from '../../core/steps/plan.ts';
import { type ProofReport, prove } from '../../core/steps/prove.ts';
import { planWorld, type World } from '../world/open-world.ts';
import { openPlanGate } from '../world/plan-gate.ts';
import { rememberWarnings } from './entered-warnings.ts';
import { fetchAround } from './fetch-around.ts';
import { type IndexedSide, indexAll, indexProblems } from './index-all.ts';
import { releaseAll } from './release-all.ts';

export interface SyncReport {
  /** As it was carried out, with what the gate warned of in what came. */
  readonly plan: Plan;
  readonly fetched: readonly string[];
  /** The changes that were carried out; fewer than planned when something did not come three times. */
  readonly applied: Applied;
  /** Changes and artifacts kept back until something else changes. */
  readonly held: readonly Problem[];
  readonly failed: readonly Problem[];
  readonly indexed: readonly IndexedSubdir[];
  /** The pages for pip. */
  readonly simple: IndexedProjects;
  /** What lies in the channel and is no file of it. */
  readonly strays: readonly Problem[];
  /** The indexes and pages of what is staged; null where nothing is. */
  readonly staging: IndexedSide | null;
  readonly proof: ProofReport;
}

export interface SyncOptions {
  /** The allowlist as it is written, for the store to keep as the one that it was last synced with. */
  readonly written?: Uint8Array;
  /** Lets more than half of the served packages leave. */
  readonly yes?: boolean;
}

/**
 * The whole pipeline once: plan, fetch, decide, index, prove. Each step leaves its data at rest, so a run that was cut
 * off anywhere is finished by the next one.
 *
 * @throws GatehouseError `sync.most-leave` when more than half of what is served would leave: nothing is changed then
 */
export async function sync(
  allowlist: Allowlist,
  world: World,
  log: Log,
  { written, yes = false }: SyncOptions = {},
): Promise<SyncReport> {
  const planning = planWorld(world, log);
  const upstream = keepUpstream(planning.openSubdir, world.cache);
  const openSubdir = rememberUpstream(upstream.openSubdir);
  const planNow = (excluding: Excluding = {}) => {
    const planGate = openPlanGate(allowlist, { ...world, log }, { mayWrite: true, ...excluding });
    return plan(allowlist, { ...planning, openSubdir, planGate });
  };
  const found = await planNow();
  if (!yes) refuse(await mostLeave(found, world));
  if (written !== undefined) await keepAllowlist(world.store, written);
  const first = (await releaseAll(allowlist, world, log)) ? await planNow() : found;
  await planning.nameEvidence.keep();
  await upstream.keep();
  const gate = gateByAllowlist(allowlist, { ...world, log }, written ? sha256Of(written) : null);
  const watched = rememberWarnings(gate, world.clock);
  const fetching = { world: { ...world, gate: watched.gate }, log, planAgain: planNow };
  const { plan: planned, fetched, held: kept, failed, isWhole: fetchedAll } = await fetchAround(first, fetching);
  if (!yes) refuse(await mostLeave(planned, world, fetched));
  const applied = await apply(planned, { ...world, fetchedAll });
  const { subdirs: indexed, ...others } = await indexAll(allowlist, world, { log });
  const proof = await prove(allowlist, { ...world, log, pythons: async () => pythonsForPip(planned) });
  if (failed.length === 0 && isWhole(planned)) await markOpened(world.store, world.clock);
  const held = [...planned.problems.filter(({ code }) => code.startsWith('held.')), ...kept];
  const warnings = [...planned.warnings, ...watched.warnings(fetched, planned.warnings)];
  return { plan: { ...planned, warnings }, fetched, applied, held, failed, indexed, ...others, proof };
}

/** Whether all upstreams could be read, and something came of one: what a channel begins with has come. */
const isWhole = ({ problems, artifacts, simple: { files } }: Plan): boolean =>
  !problems.some(({ code }) => code.startsWith('upstream.')) &&
  [...artifacts.map(({ channel }) => channel), ...files.map(({ index }) => index)].some(
    (from) => !from.startsWith(thisStore),
  );

/** So many of those that would leave are named. */
const maxLeavingNamed = 20;

function refuse(leaving: MostLeaving | null): void {
  if (leaving === null) return;
  const { packages, served } = leaving;
  const named = packages.slice(0, maxLeavingNamed).map((id) => `  ${id}`);
  const more = packages.length > named.length ? [`  and ${packages.length - named.length} more`] : [];
  const isLost = served < packages.length;
  const of = isLost ? `${packages.length}` : `${packages.length} of the ${served}`;
  const message = `${of} packages that are served would leave the channel; nothing was changed:`;
  const lost = isLost ? 'index state is lost: gatehouse index makes it anew; then ' : '';
  throw new GatehouseError('sync.most-leave', [message, ...named, ...more], {
    hint: `${lost}gatehouse plan says why; gatehouse sync --yes lets them go`,
  });
}

/** All that did not hold, named: what makes the exit status 1. */
export function syncProblems(report: SyncReport): Problem[] {
  const {
    plan: {
      problems,
      entries,
      simple: { entries: forPip },
    },
    failed,
    indexed: subdirs,
    simple,
    strays,
    staging,
    proof,
  } = report;
  const known = new Set([...problems.map(({ subject }) => subject), ...unplanned(entries)]);
  const unproven = proof.proof.entries.map((entry) => ({ ...entry, subject: `${entry.entry} on ${entry.platform}` }));
  const expected = new Set(
    forPip.flatMap((one) => (one.status === 'solved' ? [`${one.entry} on ${one.platform}`] : [])),
  );
  const lacking = proof.proof.pip
    .filter(({ entry, platform }) => expected.has(`${entry} on ${platform}`))
    .map((entry) => ({ ...entry, subject: `${entry.entry} on ${entry.platform} for pip` }));
  const fresh = [...unproven.filter(({ subject }) => !known.has(subject)), ...lacking].filter(
    (one) => !one.installable,
  );
  const telling = fresh.map(({ subject, explanation }) => ({
    code: 'proof.unsolvable',
    subject,
    detail: explanation ?? '',
  }));
  return [...problems, ...failed, ...indexProblems({ subdirs, simple, strays, staging }), ...telling];
}

/** Entries that the plan has told of already: by themselves, or with the platform that upstream cannot be read for. */
const unplanned = (entries: Plan['entries']): string[] =>
  byEntryAndPlatform(entries).flatMap((group) =>
    installs(group) ? [] : group.map(({ entry, platform }) => `${entry} on ${platform}`),
  );
