import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import { sameBytes } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';
import type { Log } from '../event.ts';
import { readIndex } from '../index/read-index.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, indexKey, proofKey } from '../layout.ts';
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

const attempts = 5;

/**
 * Solves every entry against this channel alone, from the very index files that clients read, and keeps the result
 * for the next proof to compare with (design decision 11). Safe to run by many at once: whoever keeps a proof looks
 * whether the index is still the one it was read from, and else proves again; so the last one kept is of the last index.
 *
 * @throws GatehouseError `store.conflict` (retry) when the index changes faster than it can be proved
 */
export async function prove(allowlist: Allowlist, world: ProveStepWorld): Promise<ProofReport> {
  const subdirs = [...allowlist.platforms, noarch];
  // Before all attempts: what the first of them keeps already says what was lost, and the next would find no difference.
  const last = installableAt(await lastProof(world.store, world.channel));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = await indexTags(subdirs, world);
    const proof: Proof = { version: 1, entries: await proveEntries(allowlist, subdirs, world) };
    const isKept = await keepProof(world, proof);
    if (isKept && (await indexTags(subdirs, world)).join() !== before.join()) continue;
    return {
      proof,
      gained: proof.entries.filter((entry) => entry.installable && last.get(label(entry)) !== true),
      lost: proof.entries.filter((entry) => !entry.installable && last.get(label(entry)) === true),
    };
  }
  throw new GatehouseError('store.conflict', 'the index kept changing while it was proved', { retry: true });
}

/** Keeps a proof unless it says the same as the last, so that whoever reads it sees a new tag only for a new proof. */
async function keepProof({ store, channel }: ProveStepWorld, proof: Proof): Promise<boolean> {
  const bytes = Buffer.from(canonicalJson(proof));
  const kept = await store.get(proofKey(channel));
  if (kept?.size === bytes.length && sameBytes(bytes, await kept.read(0, kept.size))) return false;
  await store.put(proofKey(channel), bytes);
  return true;
}

const indexTags = (subdirs: readonly Subdir[], { store, channel }: ProveStepWorld): Promise<string[]> =>
  Promise.all(subdirs.map(async (subdir) => (await store.get(indexKey(channel, subdir, 'repodata.json')))?.etag ?? ''));

async function proveEntries(
  allowlist: Allowlist,
  subdirs: readonly Subdir[],
  { channel, store, solver, log }: ProveStepWorld,
): Promise<ProvenEntry[]> {
  const indexes = await Promise.all(
    subdirs.map(async (subdir) => [subdir, (await readIndex(store, channel, subdir)) ?? new Map()] as const),
  );
  const virtualPackages = (platform: Subdir) => virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const world = { python: allowlist.python, virtualPackages, solver, log };
  const outcomes = await proveRequests(installRequests(allowlist), new Map(indexes), world);
  return byEntryAndPlatform(outcomes).flatMap(provenEntry);
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
