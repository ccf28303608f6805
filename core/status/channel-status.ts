import { eachOnce } from '../diff/plan-problems.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { readStoredAllowlist, storedAllowlistSha256 } from '../documents/allowlist/stored-allowlist.ts';
import { type Deployed, readDeployed } from '../documents/deployed.ts';
import { defaultPolicy } from '../documents/gate/policy.ts';
import { readLastSync } from '../documents/last-sync.ts';
import { failingEntries, type Proof, type ProvenEntry, readProof } from '../documents/proof.ts';
import { proofKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { runsStatus } from './run-status.ts';
import { isUnderWay, type Share, type SyncStatus, statusOfCommand } from './sync-status.ts';

/** How the last proof came out. */
export interface ProofStatus {
  /** Milliseconds since the epoch: when it first came out so. */
  readonly since: number;
  readonly conda: Share;
  readonly pip: Share;
  /** What neither conda nor pip can install. */
  readonly failing: readonly ProvenEntry[];
}

export interface ChannelStatus {
  /** What the store goes by; null where it was never synced. */
  readonly allowlist: {
    readonly sha256: Sha256;
    readonly entries: number;
    readonly platforms: readonly Subdir[];
  } | null;
  /** The sync that is at work. */
  readonly underWay: SyncStatus | null;
  /** The last that is not. */
  readonly last: SyncStatus | null;
  /** Null before the first. */
  readonly proof: ProofStatus | null;
  /** The stack that fills it; null where none does. */
  readonly stack: Deployed | null;
  /** What is wrong with the allowlist, or with whose it is. */
  readonly problems: readonly Problem[];
}

/**
 * How a channel stands, from what lies in its store: the sync that is under way and the last one, whoever ran them, what they
 * hold, and what does not install.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when what a run left is damaged
 */
export async function channelStatus(world: ChannelStore & { readonly clock: Clock }): Promise<ChannelStatus> {
  const { store, channel, clock } = world;
  const found = await foundAllowlist(world);
  const sha256 = await storedAllowlistSha256(store);
  const { allowlist } = found;
  const runs = await runsStatus({ ...world, policy: allowlist?.policy ?? defaultPolicy });
  const byCommand = await readLastSync(store);
  const command = byCommand && statusOfCommand(byCommand, clock.now());
  const all = [runs.underWay, runs.last, command].filter((one) => one !== null);
  const stack = await readDeployed(store);
  const tagged = await store.get(proofKey(channel));
  const proof = await readProof(store, channel);
  const { entries = [], platforms = [] } = allowlist ?? {};
  return {
    allowlist: sha256 && { sha256, entries: entries.length, platforms },
    underWay: newest(all.filter(isUnderWay)),
    last: newest(all.filter((one) => !isUnderWay(one))),
    proof: proof && tagged && proofStatus(proof, tagged.modified),
    stack,
    problems: [...found.problems, ...(stack && sha256 !== stack.allowlist ? [otherAllowlist(stack)] : [])],
  };
}

/** An allowlist that cannot be read is a problem of the channel's, and keeps nobody from seeing the rest. */
async function foundAllowlist({ store }: ChannelStore): Promise<{ allowlist: Allowlist | null; problems: Problem[] }> {
  try {
    return { allowlist: (await readStoredAllowlist(store)).allowlist, problems: [] };
  } catch (error) {
    if (!(error instanceof GatehouseError) || !error.code.startsWith('allowlist.')) throw error;
    const isThere = error.code !== 'allowlist.missing';
    return { allowlist: null, problems: isThere ? [problemOf(error, 'the allowlist')] : [] };
  }
}

const newest = (all: readonly SyncStatus[]): SyncStatus | null =>
  all.toSorted((a, b) => b.seenAt - a.seenAt).at(0) ?? null;

function proofStatus(proof: Proof, since: number): ProofStatus {
  const share = (entries: readonly ProvenEntry[]): Share => ({
    done: entries.filter(({ installable }) => installable).length,
    of: entries.length,
  });
  return { since, conda: share(proof.entries), pip: share(proof.pip), failing: failingEntries(proof) };
}

const otherAllowlist = ({ stack }: Deployed): Problem => ({
  code: 'sync.deployed',
  subject: 'the allowlist',
  detail: `the bucket's allowlist is not the one that ${stack} was deployed with: somebody synced the bucket by another`,
  hint: 'deploy the allowlist that is meant to count',
});

/** All that makes a channel not well; what the plan told of an entry is not told again of its proof. */
export function statusProblems({ problems, last, underWay, proof }: ChannelStatus): Problem[] {
  const told = eachOnce([...problems, ...(last?.problems ?? []), ...(underWay?.problems ?? [])]);
  const known = new Set(told.map(({ subject }) => subject));
  const failing = (proof?.failing ?? []).map(({ entry, platform, explanation }) => ({
    code: 'proof.unsolvable',
    subject: `${entry} on ${platform}`,
    detail: explanation ?? '',
  }));
  return [...told, ...failing.filter(({ subject }) => !known.has(subject))];
}
