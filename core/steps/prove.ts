import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { EntryOutcome } from '../documents/plan.ts';
import { type Proof, type ProvenEntry, readProof } from '../documents/proof.ts';
import { readIndex } from '../index/read-index.ts';
import { canonicalJson } from '../json/json.ts';
import type { IndexFile } from '../layout/index-files.ts';
import { indexKey, objectKeySchema, proofKey } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import { sameBytes } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { preferConda } from '../record/other-format.ts';
import type { PipIndex } from '../resolve/pip-index.ts';
import { type PipProofWorld, proveForPip } from '../resolve/prove-for-pip.ts';
import { storedIndex } from '../resolve/stored-index.ts';
import { channelPools } from '../solve/channel-pools.ts';
import { proofTargets } from '../solve/proof-targets.ts';
import { type ProofWorld, type ProvenChannel, proveEntries } from '../solve/prove-entries.ts';
import { pypiRequests } from '../solve/requests.ts';
import { byEntryAndPlatform, installs, solvedPythons } from '../solve/solve-request.ts';
import type { ChannelStore } from '../store/list-packages.ts';

export interface ProveStepWorld extends ProofWorld, ChannelStore {
  /** Pythons that pip is asked with too, where the allowlist lists none: those that were planned with. */
  readonly pythons?: readonly string[];
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
 * bytes that clients read, and keeps the result for the next proof to compare with. Safe to run by many at once: whoever
 * keeps a proof looks whether index and pages are still those it was read from, and else proves again; so the last one
 * kept is of the last index.
 *
 * @throws GatehouseError `store.conflict` (retry) when the index changes faster than it can be proved
 */
export async function prove(allowlist: Allowlist, world: ProveStepWorld): Promise<ProofReport> {
  const { store, channel } = world;
  const subdirs = [...allowlist.platforms, noarch];
  // Before all attempts: what the first of them keeps already says what was lost, and the next would find no difference.
  const last = await readProof(store, channel);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const before = await indexTags(subdirs, world);
    const outcomes = await proveEntries(allowlist, servedChannel(before, subdirs, world), world);
    const pages = storedIndex(store);
    const pip = await proveForPip(pypiRequests(allowlist), await pipWorld(allowlist, last, pages, world));
    const proof: Proof = { version: 1, entries: byEntryAndPlatform(outcomes).flatMap(provenEntry), pip };
    const isKept = await keepProof(world, proof);
    const isCurrent = async () =>
      (await indexTags(subdirs, world)).join() === before.join() && (await pages.isUnchanged());
    if (!isKept || (await isCurrent())) return { proof, ...moved(proof, last) };
  }
  throw new GatehouseError('store.conflict', 'the index kept changing while it was proved', { retry: true });
}

/** What moved since the last proof. */
function moved(proof: Proof, last: Proof | null): Pick<ProofReport, 'gained' | 'lost'> {
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
  { pythons = [], log, ...world }: ProveStepWorld,
): Promise<PipProofWorld> {
  const told = [...pythons, ...(last?.pip ?? []).flatMap((entry) => entry.pythons)];
  const isTold = allowlist.python.length > 0 || told.length > 0;
  const served = isTold ? new Map() : await servedRecords([...allowlist.platforms, noarch], world);
  return { index, targets: proofTargets(allowlist, { told, served }), log };
}

/**
 * The channel as the solver reads it file by file: its shards where there are any, as they lie, else `repodata.json`. A
 * spec that says more than a solver takes is proved from the records of `repodata.json`, every value as it is there.
 *
 * @param tags name the files' contents
 */
function servedChannel(tags: readonly string[], subdirs: readonly Subdir[], world: ChannelStore): ProvenChannel {
  const { store, channel } = world;
  let records: Promise<ProvenChannel> | null = null;
  return {
    whole: async (on) => ({
      ...on,
      id: sha256Of(canonicalJson([on, tags])),
      read: async (path) => (await store.read(objectKeySchema.parse(`${channel}/${path}`)))?.bytes ?? null,
    }),
    async narrowed(on, specs) {
      records ??= servedRecords(subdirs, world).then((served) => channelPools(served, preferConda));
      return (await records).narrowed(on, specs);
    },
  };
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

function indexTags(subdirs: readonly Subdir[], { store, channel }: ProveStepWorld): Promise<string[]> {
  const keys = subdirs.flatMap((subdir) => provenFiles.map((file) => indexKey(channel, subdir, file)));
  return Promise.all(keys.map(async (key) => (await store.get(key))?.etag ?? ''));
}

function provenEntry(group: readonly EntryOutcome[]): ProvenEntry[] {
  const [first] = group;
  if (first === undefined) return [];
  const { entry, platform } = first;
  const installable = installs(group);
  const explanation = installable ? null : first.explanation;
  return [{ entry, platform, installable, pythons: solvedPythons(group), explanation }];
}
