import { type Artifact, artifactId, bytesToFetch } from '../documents/plan.ts';
import { type Provenance, wasMadeOf } from '../documents/provenance.ts';
import { keptBytes } from '../gate/door/kept-bytes.ts';
import { letThrough } from '../gate/door/let-through.ts';
import { expectSameBytes } from '../gate/door/other-bytes.ts';
import { packageAtTheDoor } from '../gate/door/planned-file.ts';
import type { Gate } from '../gate/gate.ts';
import { canonicalJson } from '../json/json.ts';
import { type ChannelName, type ObjectKey, packageKey, provenanceKey } from '../layout/keys.ts';
import type { Digests } from '../names/digest.ts';
import { identityProblems } from '../package/check-identity.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { type MadePackage, type MakingWorld, makePackage } from '../python-index/make-package.ts';
import { expectRoom } from '../python-index/stage-bytes.ts';
import { isVerifiable } from '../record/record.ts';
import { sdistReaderRevision } from '../sdist/unpack-sdist.ts';
import { putOnce } from '../store/put-once.ts';
import { storedDigests } from '../store/stored-digests.ts';
import {
  type DownloadWorld,
  digestFault,
  download,
  type ExpectedDigests,
  type Received,
} from '../upstream/download.ts';
import {
  type Brought,
  type FetchOutcome,
  fetchOutcome,
  isStillWanted,
  superseded,
  type WantedStill,
} from '../upstream/fetch-outcome.ts';
import { converterRevision } from '../wheel/convert-wheel.ts';

export interface FetchWorld extends DownloadWorld, WantedStill, Pick<MakingWorld, 'bzip2'> {
  readonly channel: ChannelName;
  readonly gate: Gate;
  /** Bytes that the store can stage of one package and of what it is made of; any number without it. */
  readonly scratch?: number;
}

/**
 * Brings one artifact into the store: downloaded in one pass, compared with its record, or made of a file that was; judged by
 * the gate, its provenance written, and only then published under its name, which is never overwritten (docs/decisions.md 4).
 * Safe to run twice and by many at once. Emits `fetch.*` events.
 *
 * @throws GatehouseError `store.*`: {@link fetchOutcome}
 */
export async function fetchArtifact(artifact: Artifact, world: FetchWorld): Promise<FetchOutcome> {
  const key = packageKey(world.channel, artifact.subdir, artifact.filename);
  const { log } = world;
  return fetchOutcome({ key, subject: artifactId(artifact), log }, () => bring(key, artifact, world));
}

async function bring(key: ObjectKey, artifact: Artifact, world: FetchWorld): Promise<Brought> {
  // A plan of an older version may hold one.
  if (artifact.made === undefined && !isVerifiable(artifact)) {
    const detail = 'expected a sha256, or an md5 and a size, from upstream; got neither';
    throw new GatehouseError('fetch.unverifiable', detail);
  }
  const there = await findInStore(key, artifact, artifact, world);
  if (there !== null) return { status: 'present', size: there.size };
  await using received = await receivedOf(key, artifact, world);
  if (artifact.made === undefined) await expectSameBytes(artifactId(artifact), received.digests.sha256, world.store);
  const problem = await letThrough(await packageAtTheDoor(artifact, received), received.staged, world);
  if (problem !== null) return { status: 'held', problem };
  const findings = await readPackage(artifact, received);
  if (!(await isStillWanted(world))) return superseded;
  await writeProvenance({ artifact, received, findings }, world);
  const { sha256, md5, size } = received.digests;
  const { status } = await received.staged.publish(key, { sha256, md5 });
  if (status === 'written') return { status: 'stored', size };
  if ((await findInStore(key, artifact, received.digests, world)) !== null) return { status: 'present', size };
  throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
}

/** The bytes that the gate kept of it, else those of upstream, or what is made of them. */
async function receivedOf(
  key: ObjectKey,
  artifact: Artifact,
  world: FetchWorld,
): Promise<Received & Partial<MadePackage>> {
  expectRoom(bytesToStage(artifact), world);
  const { filename, made } = artifact;
  const { size: wanted } = made ?? artifact;
  const { log } = world;
  log({ type: 'fetch.started', key, size: wanted ?? 0 });
  const progress = (bytes: number) => log({ type: 'fetch.progress', key, received: bytes, size: wanted ?? bytes });
  const kept = await keptBytes(artifact.sha256, world);
  if (kept !== null) return kept;
  return made === undefined ? download(artifact, world, progress) : makePackage({ filename, made }, world, progress);
}

/** As far as upstream says. A package is about as large as the wheel that it is made of, and staged beside it. */
const bytesToStage = (artifact: Artifact): number => bytesToFetch(artifact) * (artifact.made === undefined ? 1 : 2);

/** Finds the bytes that are expected at the key; null when nothing is there, `fetch.mutated` when other bytes are. */
async function findInStore(
  key: ObjectKey,
  artifact: Artifact,
  expected: ExpectedDigests,
  { store, channel }: FetchWorld,
): Promise<Digests | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const digests = await storedDigests(object);
  const { made, ...place } = { ...artifact, channel };
  // What two versions of zstd or compressjs make of one file differs, and is the same package.
  const isMade = made !== undefined && (await wasMadeOf(store, place, digests.sha256, made.sha256));
  const fault = made === undefined ? digestFault(expected, digests)?.message : `not made of ${made.fileName}`;
  if (isMade || fault === undefined) return digests;
  throw new GatehouseError('fetch.mutated', `A2.mutated: the store holds other bytes under this name: ${fault}`);
}

/**
 * Reads what the package says about itself and holds it against its file name, its subdir and the upstream record.
 *
 * @returns what is odd about it but sound, and what of its record was mended
 * @throws GatehouseError `package.refused` or `package.identity`
 */
async function readPackage(
  { filename, subdir, record, sha256, made, findings: ofRecord = [] }: Artifact,
  { staged, findings: ofMaking = [] }: Received & Partial<MadePackage>,
): Promise<Provenance['findings']> {
  const { index, findings: ofPackage } = await readPackageInfo(await staged.source(), filename);
  const problems = identityProblems({ index, fileName: filename, subdir, upstream: record });
  if (problems.length > 0) {
    throw new GatehouseError('package.identity', problems.map(({ detail }) => detail).join('; '));
  }
  const findings = [...ofPackage, ...ofRecord, ...ofMaking];
  if (sha256 !== null || made !== undefined) return findings;
  const unverifiable = 'upstream gives no sha256; md5 and size were compared';
  return [...findings, { code: 'fetch.unverifiable', detail: unverifiable }];
}

/** Writes down what is known of the artifact before anybody can see it; what an earlier try wrote stands. */
async function writeProvenance(
  { artifact, received, findings }: Pick<Provenance, 'findings'> & { artifact: Artifact; received: Received },
  { store, channel, clock }: FetchWorld,
): Promise<void> {
  const { subdir, filename, record } = artifact;
  const { digests, etag = null } = received;
  const provenance: Provenance = {
    version: 1,
    channel,
    subdir,
    filename,
    ...digests,
    origin: originOf(artifact, etag),
    record,
    findings,
    firstSeen: clock.now(),
  };
  await putOnce(
    store,
    provenanceKey(channel, subdir, filename, digests.sha256),
    Buffer.from(canonicalJson(provenance)),
  );
}

function originOf({ channel, url, made }: Artifact, etag: string | null): Provenance['origin'] {
  if (made === undefined) return { type: 'upstream', channel, url, ...(etag !== null && { etag }) };
  const { from, index, fileName, sha256 } = made;
  const revision = from === 'wheel' ? converterRevision : sdistReaderRevision;
  return { type: 'made', from, index, fileName, url: shownUrl(made.url), sha256, revision };
}
