import { type Artifact, artifactId } from '../documents/plan.ts';
import type { Provenance } from '../documents/provenance.ts';
import { canonicalJson } from '../json/json.ts';
import { type ChannelName, type ObjectKey, packageKey, provenanceKey } from '../layout/keys.ts';
import type { Digests } from '../names/digest.ts';
import { identityProblems } from '../package/check-identity.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { isVerifiable } from '../record/record.ts';
import { putOnce } from '../store/put-once.ts';
import { storedDigests } from '../store/stored-digests.ts';
import {
  type DownloadWorld,
  digestFault,
  download,
  type ExpectedDigests,
  type Received,
} from '../upstream/download.ts';

export interface FetchWorld extends DownloadWorld {
  readonly channel: ChannelName;
  /** Bytes that the store can stage of one package; any number without it. */
  readonly scratch?: number;
}

export type FetchOutcome =
  /** `present`: the store had these very bytes, or another worker was first. */
  { readonly status: 'stored' | 'present' } | { readonly status: 'failed'; readonly problem: Problem };

/**
 * Brings one artifact into the store: downloaded in one pass, compared with its record, read, its provenance written,
 * and only then published under its name, which is never overwritten (docs/decisions.md 4). Safe to run twice and by
 * many at once. Emits `fetch.*` events.
 *
 * @returns what fails on upstream's side or in the package as `failed`, with the error's code
 * @throws GatehouseError `store.*`: the store's own trouble is the caller's; with `retry` it may pass
 */
export async function fetchArtifact(artifact: Artifact, world: FetchWorld): Promise<FetchOutcome> {
  const key = packageKey(world.channel, artifact.subdir, artifact.filename);
  try {
    const { status, size } = await bring(key, artifact, world);
    world.log({ type: 'fetch.done', key, size });
    return { status };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problem = problemOf(error, artifactId(artifact));
    world.log({ type: 'fetch.failed', key, problem });
    if (!/^(upstream|fetch|package)\./.test(error.code)) throw error;
    return { status: 'failed', problem };
  }
}

interface Brought {
  readonly status: 'stored' | 'present';
  /** Bytes. */
  readonly size: number;
}

async function bring(key: ObjectKey, artifact: Artifact, world: FetchWorld): Promise<Brought> {
  const { store, log } = world;
  // A plan of an older version may hold one.
  if (!isVerifiable(artifact)) {
    const detail = 'expected a sha256, or an md5 and a size, from upstream; got neither';
    throw new GatehouseError('fetch.unverifiable', detail);
  }
  const there = await findInStore(key, artifact, store);
  if (there !== null) return { status: 'present', size: there.size };
  refuseTooLarge(artifact, world);
  log({ type: 'fetch.started', key, size: artifact.size ?? 0 });
  await using received = await download(artifact, world, (bytes) =>
    log({ type: 'fetch.progress', key, received: bytes, size: artifact.size ?? bytes }),
  );
  const findings = await readPackage(artifact, received);
  await writeProvenance({ artifact, digests: received.digests, findings }, world);
  const { sha256, md5, size } = received.digests;
  const { status } = await received.staged.publish(key, { sha256, md5 });
  if (status === 'written') return { status: 'stored', size };
  if ((await findInStore(key, received.digests, store)) !== null) return { status: 'present', size };
  throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
}

/** Finds out before a byte is transferred that there is no room for all of them. */
function refuseTooLarge({ size }: Artifact, { scratch = Number.POSITIVE_INFINITY }: FetchWorld): void {
  if (size === null || size <= scratch) return;
  const hint = 'give this machine or function more scratch space';
  throw new GatehouseError('store.too-large', `${size} bytes do not fit into ${scratch} of scratch space`, { hint });
}

/** Finds the bytes that are expected at the key; null when nothing is there, `fetch.mutated` when other bytes are. */
async function findInStore(key: ObjectKey, expected: ExpectedDigests, store: Store): Promise<Digests | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const digests = await storedDigests(object);
  const fault = digestFault(expected, digests);
  if (fault === null) return digests;
  throw new GatehouseError('fetch.mutated', `the store holds other bytes under this name: ${fault.message}`);
}

/**
 * Reads what the package says about itself and holds it against its file name, its subdir and the upstream record.
 *
 * @returns what is odd about it but sound, and what of its record was mended
 * @throws GatehouseError `package.refused` or `package.identity`
 */
async function readPackage(
  { filename, subdir, record, sha256, findings: ofRecord = [] }: Artifact,
  { staged }: Received,
): Promise<Provenance['findings']> {
  const { index, findings: ofPackage } = await readPackageInfo(await staged.source(), filename);
  const problems = identityProblems({ index, fileName: filename, subdir, upstream: record });
  if (problems.length > 0) {
    throw new GatehouseError('package.identity', problems.map(({ detail }) => detail).join('; '));
  }
  const findings = [...ofPackage, ...ofRecord];
  if (sha256 !== null) return findings;
  const unverifiable = 'upstream gives no sha256; md5 and size were compared';
  return [...findings, { code: 'fetch.unverifiable', detail: unverifiable }];
}

/** Writes down what is known of the artifact before anybody can see it; what an earlier try wrote stands. */
async function writeProvenance(
  { artifact, digests, findings }: Pick<Provenance, 'findings'> & { artifact: Artifact; digests: Digests },
  { store, channel, clock }: FetchWorld,
): Promise<void> {
  const { subdir, filename, record } = artifact;
  const provenance: Provenance = {
    version: 1,
    channel,
    subdir,
    filename,
    ...digests,
    origin: { type: 'upstream', channel: artifact.channel, url: artifact.url },
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
