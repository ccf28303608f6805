import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import type { Log } from '../event.ts';
import { putIfChanged } from '../index/put-if-changed.ts';
import { readIndex } from '../index/read-index.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, proofKey } from '../layout.ts';
import type { EntryOutcome } from '../plan.ts';
import { byEntryAndPlatform, holds } from '../planning/entry-outcome.ts';
import { installRequests } from '../planning/install-request.ts';
import { proveRequests } from '../planning/prove-requests.ts';
import type { Solver } from '../ports/solver.ts';
import type { Store } from '../ports/store.ts';
import { type Proof, type ProvenEntry, proofSchema } from '../proof.ts';
import { isDamaged, readJsonObject } from '../read-json-object.ts';
import { noarch, type Subdir } from '../subdir.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';

export interface ProveStepWorld {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly solver: Solver;
  readonly log: Log;
}

export interface ProofReport {
  readonly proof: Proof;
  /** Entries that install now and did not at the last proof. */
  readonly gained: readonly ProvenEntry[];
  /** Entries that installed at the last proof and do not now. */
  readonly lost: readonly ProvenEntry[];
}

/**
 * Solves every entry against this channel alone, from the very index files that clients read, and keeps the result
 * for the next proof to compare with (design decision 11).
 */
export async function prove(
  allowlist: Allowlist,
  { channel, store, solver, log }: ProveStepWorld,
): Promise<ProofReport> {
  const subdirs = [...allowlist.platforms, noarch];
  const indexes = await Promise.all(
    subdirs.map(async (subdir) => [subdir, (await readIndex(store, channel, subdir)) ?? new Map()] as const),
  );
  const virtualPackages = (platform: Subdir) => virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const world = { python: allowlist.python, virtualPackages, solver, log };
  const outcomes = await proveRequests(installRequests(allowlist), new Map(indexes), world);
  const proof: Proof = { version: 1, entries: byEntryAndPlatform(outcomes).flatMap(provenEntry) };
  const before = installableAt(await lastProof(store, channel));
  await putIfChanged(store, proofKey(channel), Buffer.from(canonicalJson(proof)));
  return {
    proof,
    gained: proof.entries.filter((entry) => entry.installable && before.get(label(entry)) !== true),
    lost: proof.entries.filter((entry) => !entry.installable && before.get(label(entry)) === true),
  };
}

/** A damaged proof only means that everything that installs is told as new. */
async function lastProof(store: Store, channel: ChannelName): Promise<Proof | undefined> {
  try {
    return (await readJsonObject(store, proofKey(channel), proofSchema))?.value;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return undefined;
  }
}

const label = ({ entry, platform }: ProvenEntry): string => `${platform} ${entry}`;

function installableAt(proof: Proof | undefined): Map<string, boolean> {
  return new Map(proof?.entries.map((entry) => [label(entry), entry.installable]));
}

function provenEntry(group: readonly EntryOutcome[]): ProvenEntry[] {
  const [first] = group;
  if (first === undefined) return [];
  const installable = holds(group);
  const pythons = group.flatMap(({ status, python }) => (status === 'solved' && python !== null ? [python] : []));
  const explanation = installable ? null : first.explanation;
  return [{ entry: first.entry, platform: first.platform, installable, pythons, explanation }];
}
