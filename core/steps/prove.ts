import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { type Proof, type ProvenEntry, readProof } from '../documents/proof.ts';
import { readIndex } from '../index/read-index.ts';
import { servedChannel } from '../index/served/served-channel.ts';
import { canonicalJson } from '../json/json.ts';
import type { IndexFile } from '../layout/index-files.ts';
import { indexKey, proofKey } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import { sameBytes } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import type { PipIndex } from '../resolve/pip-index.ts';
import { type PipProofWorld, proveForPip } from '../resolve/prove-for-pip.ts';
import { type StoredIndex, storedIndex } from '../resolve/stored-index.ts';
import { openKeptOutcomes } from '../solve/keep-outcomes.ts';
import { proofTargets } from '../solve/proof-targets.ts';
import { type KnownOutcomes, type ProofWorld, type ProvenOutcome, proveEntries } from '../solve/prove-entries.ts';
import { pypiRequests } from '../solve/requests.ts';
import { installs, solvedPythons } from '../solve/solve-request.ts';
import type { ChannelStore } from '../store/list-packages.ts';

export interface ProveStepWorld extends Omit<ProofWorld, 'known'>, ChannelStore {
  /** Pythons that pip is asked with too, where the allowlist lists none: those that were planned with. */
  readonly pythons?: () => Promise<readonly string[]>;
}

/** An entry that installs now and did not, or the other way round. */
export interface MovedEntry extends ProvenEntry {
  readonly client: 'conda' | 'pip';
}

export interface ProofReport {
  readonly proof: Proof;
  /** Entries that install now and did not at the last proof. */
  readonly gained: readonly MovedEntry[];
  /** Entries that installed at the last proof and do not now. */
  readonly lost: readonly MovedEntry[];
}

const maxAttempts = 5;

/**
 * Solves every entry against this channel alone, and every PyPI entry against our own pages for pip alone, from the very
 * bytes that clients read, and keeps the result for the next proof to compare with. What was solved before from the same
 * bytes is not solved again. Safe to run by many at once: whoever keeps a proof looks whether index and pages are still
 * those it was read from, and else proves again; so the last one kept is of the last index.
 *
 * @throws GatehouseError `store.conflict` (retry) when the index changes faster than it can be proved
 */
export async function prove(allowlist: Allowlist, world: ProveStepWorld): Promise<ProofReport> {
  const known = await openKeptOutcomes(world, { failed: false });
  const report = await proveStill(allowlist, world, known);
  await known.conclude();
  if (report?.isCurrent === true) return { proof: report.proof, gained: report.gained, lost: report.lost };
  throw new GatehouseError('store.conflict', 'the index kept changing while it was proved', { retry: true });
}

export interface ProveWithinWorld extends ProveStepWorld {
  /** Whether no solve is to be begun any more. */
  readonly isOver: () => boolean;
}

/**
 * The same where time is short. What was solved is kept as it comes, so whoever is cut off, or out of time, is gone on for by the
 * next; that one keeps the proof who has come through all entries. A proof of an index that kept changing is told too,
 * `isCurrent` false: it is to be proved again.
 *
 * @returns null when time was over first
 */
export async function proveWithin(
  allowlist: Allowlist,
  world: ProveWithinWorld,
): Promise<(ProofReport & { readonly isCurrent: boolean }) | null> {
  const known = await openKeptOutcomes(world, { failed: true });
  const report = await proveStill(allowlist, world, known);
  if (report === null) await known.keep();
  else await known.conclude(report.isCurrent ? report.of : undefined);
  return report;
}

/** @returns the last proof, `isCurrent` false when the index moved on during each; null when time was over first */
async function proveStill(
  allowlist: Allowlist,
  world: ProveStepWorld & Partial<ProveWithinWorld>,
  known: KnownOutcomes,
) {
  const { store, channel } = world;
  // Before all attempts: what the first of them keeps already says what was lost, and the next would find no difference.
  const last = await readProof(store, channel);
  let report: (ProofReport & { readonly isCurrent: boolean; readonly of: string }) | null = null;
  for (let attempt = 0; attempt < maxAttempts && report?.isCurrent !== true; attempt++) {
    const of = await indexOf(allowlist, world);
    const pages = storedIndex(store);
    const proof = await proofOf(allowlist, { last, pages, known }, world);
    if (proof === null) return null;
    const isKept = await keepProof(world, proof);
    const isCurrent = async () => (await indexOf(allowlist, world)) === of && (await pages.isUnchanged());
    report = { proof, ...movedEntries(proof, last), isCurrent: !isKept || (await isCurrent()), of };
  }
  return report;
}

interface ProofBasis {
  readonly last: Proof | null;
  readonly pages: StoredIndex;
  readonly known: KnownOutcomes;
}

async function proofOf(
  allowlist: Allowlist,
  { last, pages, known }: ProofBasis,
  world: ProveStepWorld & Partial<ProveWithinWorld>,
): Promise<Proof | null> {
  const entries: ProvenEntry[] = [];
  for await (const group of proveEntries(allowlist, servedChannel(world), { ...world, known })) {
    entries.push(...provenEntry(group));
    if (world.isOver?.() === true) return null;
  }
  const requests = pypiRequests(allowlist);
  const pip = requests.length === 0 ? [] : await proveForPip(requests, await pipWorld(allowlist, last, pages, world));
  return { version: 1, entries, pip };
}

/** What moved since the last proof. */
export function movedEntries(proof: Proof, last: Proof | null): Pick<ProofReport, 'gained' | 'lost'> {
  const all = (of: Proof | null): MovedEntry[] => [
    ...(of?.entries ?? []).map((entry) => ({ ...entry, client: 'conda' as const })),
    ...(of?.pip ?? []).map((entry) => ({ ...entry, client: 'pip' as const })),
  ];
  const label = ({ client, entry, platform }: MovedEntry) => `${client} ${platform} ${entry}`;
  const installed = new Map(all(last).map((entry) => [label(entry), entry.installable]));
  return {
    gained: all(proof).filter((entry) => entry.installable && installed.get(label(entry)) !== true),
    lost: all(proof).filter((entry) => !entry.installable && installed.get(label(entry)) === true),
  };
}

/** Where the allowlist lists no pythons: those that were planned with or installed last time, else the channel's own. */
async function pipWorld(
  allowlist: Allowlist,
  last: Proof | null,
  index: PipIndex,
  { pythons, log, ...world }: ProveStepWorld,
): Promise<PipProofWorld> {
  const isListed = allowlist.python.length > 0;
  const planned = isListed ? [] : ((await pythons?.()) ?? []);
  const told = [...planned, ...(last?.pip ?? []).flatMap((entry) => entry.pythons)];
  const served = isListed || told.length > 0 ? new Map() : await servedRecords([...allowlist.platforms, noarch], world);
  return { index, targets: proofTargets(allowlist, { told, served }), log };
}

async function servedRecords(subdirs: readonly Subdir[], { store, channel }: ChannelStore) {
  const read = async (subdir: Subdir) => [subdir, (await readIndex(store, channel, subdir)) ?? new Map()] as const;
  return new Map(await Promise.all(subdirs.map(read)));
}

/** Keeps a proof unless it says the same as the last, so that whoever reads it sees a new tag only for a new proof. */
async function keepProof({ store, channel }: ProveStepWorld, proof: Proof): Promise<boolean> {
  const bytes = Buffer.from(canonicalJson(proof));
  const kept = await store.read(proofKey(channel));
  if (kept !== null && sameBytes(bytes, kept.bytes)) return false;
  await store.put(proofKey(channel), bytes);
  return true;
}

const provenFiles = ['repodata_shards.msgpack.zst', 'repodata.json'] satisfies IndexFile[];

/** Names the index files that a proof reads as they are now: equal of equal ones. */
export async function indexOf(
  { platforms }: Pick<Allowlist, 'platforms'>,
  { store, channel }: ChannelStore,
): Promise<string> {
  const keys = [...platforms, noarch].flatMap((subdir) => provenFiles.map((file) => indexKey(channel, subdir, file)));
  const tags = await Promise.all(keys.map(async (key) => (await store.get(key))?.etag ?? ''));
  return sha256Of(JSON.stringify(tags));
}

function provenEntry(group: readonly ProvenOutcome[]): ProvenEntry[] {
  const [first] = group;
  if (first === undefined) return [];
  const { entry, platform } = first;
  const installable = installs(group);
  const explanation = installable ? null : first.explanation;
  return [{ entry, platform, installable, pythons: solvedPythons(group), explanation }];
}
