import type { StackQueues } from '../../adapters/stack-queues.ts';
import { nothingApplied, plannedChanges } from '../../core/diff/write-plan.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { readStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import type { Deployed } from '../../core/documents/deployed.ts';
import { readProven } from '../../core/documents/known-outcomes.ts';
import { readStoredPatches } from '../../core/documents/patches/stored-patches.ts';
import type { Plan } from '../../core/documents/plan.ts';
import { type Proof, readProof } from '../../core/documents/proof.ts';
import { latestRunId, proveMessage, runId, startMessage } from '../../core/documents/run.ts';
import { readManifest } from '../../core/index/manifest.ts';
import { listedIn, packageProblems } from '../../core/index/state-source.ts';
import { noarch, type Subdir } from '../../core/names/subdir.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { readProjectState } from '../../core/simple/project-state.ts';
import { projectsWithState } from '../../core/simple/projects-in.ts';
import { installRequests } from '../../core/solve/requests.ts';
import { absentProblem } from '../../core/status/run-status.ts';
import type { IndexedSubdir } from '../../core/steps/index-subdir.ts';
import { indexOf, movedEntries } from '../../core/steps/prove.ts';
import type { ChannelStore } from '../../core/store/list-packages.ts';
import { type FollowedRun, followRun } from './follow-run.ts';
import type { SyncReport } from './sync.ts';

export interface RemoteWorld extends ChannelStore {
  readonly clock: Clock;
  readonly log: Log;
  readonly stack: Deployed;
  readonly queues: StackQueues;
}

/** Null when time was over before the run had settled, and its index was made and proved: it goes on by itself. */
export type RemoteSync = SyncReport | null;

/**
 * Has the cloud start a run over what was deployed, and follows it to its end: until what came is indexed and proved.
 *
 * @param patienceMs for so long it is waited
 * @throws GatehouseError `allowlist.*` and `patches.invalid`, by which no run would start; `queue.broken`
 */
export async function remoteSync(world: RemoteWorld, patienceMs: number): Promise<RemoteSync> {
  const { store, channel, clock, log, stack, queues } = world;
  const deadline = clock.now() + patienceMs;
  const { allowlist, sha256 } = await readStoredAllowlist(store);
  const patches = await readStoredPatches(store);
  patches.parse();
  const earlier = { proof: await readProof(store, channel), generations: await generationsOf(allowlist, world) };
  const before = await latestRunId(store);
  const plans = stack.queues.plan.queue;
  const run = runId({ allowlist: sha256, patches: patches.sha256 }, await queues.send(plans, startMessage));
  log({ type: 'run.asked', run });
  log({ type: 'plan.started', entries: installRequests(allowlist).length, platforms: allowlist.platforms });
  const tell = async (message: string) => void (await queues.send(plans, message));
  const followed = await followRun(run, before, { ...world, policy: allowlist.policy, tell, deadline });
  const { plan } = followed;
  if (!followed.settled || plan === null) return null;
  log({ type: 'run.settled' });
  return (await untilProved(allowlist, world, deadline))
    ? reportOf(allowlist, { ...followed, plan }, { ...world, ...earlier })
    : null;
}

/** Until what came is indexed and proved. The prover by itself waits for minutes until the index has been at rest. */
async function untilProved(allowlist: Allowlist, world: RemoteWorld, deadline: number): Promise<boolean> {
  const { store, channel, clock, queues, stack } = world;
  const quiet = await untilIndexed(world, deadline);
  if (quiet !== 'quiet') return quiet === 'unseen';
  const { proofs } = await readProven(store, channel);
  await queues.send(stack.queues.proof.queue, proveMessage);
  for (;;) {
    const proven = await readProven(store, channel);
    if (proven.proofs > proofs && proven.of === (await indexOf(allowlist, world))) return true;
    if (clock.now() >= deadline) return false;
    await clock.sleep(pauseMs);
  }
}

const pauseMs = 5000;
/** SQS counts roughly, and an object's event takes a moment: so many looks one after the other must find nothing. */
const quietLooks = 4;

/** Until the indexer's queue is empty; at once, with a word, for who may not count its messages. */
async function untilIndexed(
  { queues, stack, clock, log }: RemoteWorld,
  deadline: number,
): Promise<'quiet' | 'unseen' | 'late'> {
  for (let quiet = 0; quiet < quietLooks; ) {
    const count = await queues.count(stack.queues.index.queue).catch((error: unknown) => {
      if (!(error instanceof GatehouseError) || error.retry) throw error;
      log({ type: 'run.unseen', reason: error.message });
      return null;
    });
    if (count === null) return 'unseen';
    quiet = count.waiting + count.atWork === 0 ? quiet + 1 : 0;
    if (clock.now() >= deadline) return 'late';
    await clock.sleep(pauseMs);
  }
  return 'quiet';
}

const subdirsOf = ({ platforms }: Allowlist): Subdir[] => [...new Set([...platforms, noarch])];

type Generations = ReadonlyMap<Subdir, number>;

async function generationsOf(allowlist: Allowlist, { store, channel }: ChannelStore): Promise<Generations> {
  const read = async (subdir: Subdir) =>
    [subdir, (await readManifest({ store, channel, subdir })).manifest?.generation ?? 0] as const;
  return new Map(await Promise.all(subdirsOf(allowlist).map(read)));
}

interface ReportWorld extends ChannelStore {
  readonly proof: Proof | null;
  readonly generations: Generations;
}

/** What a run did, as a sync by command reports it, from what it left in the store. */
async function reportOf(
  allowlist: Allowlist,
  { plan, fetched, missing, held, failed }: FollowedRun & { readonly plan: Plan },
  { proof: before, generations, ...world }: ReportWorld,
): Promise<SyncReport> {
  const { store, channel } = world;
  const told = new Set(held.map(({ subject }) => subject));
  const absent = missing.filter((id) => !told.has(id));
  const tried = new Set(failed.map(({ subject }) => subject));
  const proof = (await readProof(store, channel)) ?? { version: 1, entries: [], pip: [] };
  return {
    plan,
    fetched,
    applied: absent.length === 0 ? plannedChanges(plan) : nothingApplied,
    held: [...plan.problems.filter(({ code }) => code.startsWith('held.')), ...held],
    failed: [...failed, ...absent.filter((id) => !tried.has(id)).map(absentProblem)],
    indexed: await Promise.all(subdirsOf(allowlist).map((subdir) => indexed(subdir, generations, world))),
    simple: { projects: await listedProjects(world), changed: false, problems: [] },
    strays: [],
    staging: null,
    proof: { proof, ...movedEntries(proof, before) },
  };
}

async function indexed(subdir: Subdir, generations: Generations, world: ChannelStore): Promise<IndexedSubdir> {
  const place = { ...world, subdir };
  const { manifest } = await readManifest(place);
  if (manifest === null) return { subdir, packages: 0, generation: 0, changed: false, problems: [] };
  const { generation } = manifest;
  const problems = await packageProblems(place, manifest);
  return {
    subdir,
    packages: listedIn(manifest),
    generation,
    changed: generation !== generations.get(subdir),
    problems,
  };
}

async function listedProjects({ store }: ChannelStore): Promise<SyncReport['simple']['projects']> {
  const projects = await projectsWithState(store);
  const read = async (project: (typeof projects)[number]) => {
    const files = (await readProjectState(store, project)).state?.content.length ?? 0;
    return { project, files, changed: false, problems: [] };
  };
  return Promise.all(projects.map(read));
}
