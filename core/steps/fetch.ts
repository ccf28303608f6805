import type { Digests } from '../digest.ts';
import { type Artifact, artifactId } from '../documents/plan.ts';
import { GatehouseError } from '../error.ts';
import { admit } from '../fetching/admit.ts';
import { digestFault, type ExpectedDigests, isVerifiable } from '../fetching/digest-fault.ts';
import { type DownloadWorld, download } from '../fetching/download.ts';
import { type ObjectKey, packageKey } from '../layout.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../report/problem.ts';
import { storedDigests } from '../stored-digests.ts';

export type FetchOutcome =
  /** `present`: the store had these very bytes, or another worker was first. */
  { readonly status: 'stored' | 'present' } | { readonly status: 'failed'; readonly problem: Problem };

/**
 * Brings one artifact into the store: downloaded in one pass, compared with its record, read, its provenance written,
 * and only then published under its name, which is never overwritten (design decision 4). Safe to run twice and by
 * many at once. Emits `fetch.*` events.
 *
 * @returns what fails on upstream's side or in the package as `failed`, with the error's code
 * @throws GatehouseError `store.*`: the store's own trouble is the caller's; with `retry` it may pass
 */
export async function fetchArtifact(artifact: Artifact, world: DownloadWorld): Promise<FetchOutcome> {
  const key = packageKey(world.channel, artifact.subdir, artifact.filename);
  try {
    const { status, size } = await bring(key, artifact, world);
    world.log({ type: 'fetch.done', key, size });
    return { status };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problem = { code: error.code, subject: artifactId(artifact), detail: error.message };
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

async function bring(key: ObjectKey, artifact: Artifact, world: DownloadWorld): Promise<Brought> {
  if (!isVerifiable(artifact)) {
    throw new GatehouseError(
      'fetch.unverifiable',
      'expected a sha256, or an md5 and a size, from upstream; got neither',
    );
  }
  const there = await digestsAt(key, artifact, world.store);
  if (there !== null) return { status: 'present', size: there.size };
  refuseTooLarge(artifact, world);
  world.log({ type: 'fetch.started', key, size: artifact.size ?? 0 });
  await using received = await download(artifact, world);
  const { sha256, md5, size } = received.digests;
  await admit(artifact, received, world);
  const { status } = await received.staged.publish(key, { sha256, md5 });
  if (status === 'written') return { status: 'stored', size };
  if ((await digestsAt(key, received.digests, world.store)) !== null) return { status: 'present', size };
  throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
}

/** What can be known before a byte is transferred. */
function refuseTooLarge({ size }: Artifact, { scratch = Number.POSITIVE_INFINITY }: DownloadWorld): void {
  if (size === null || size <= scratch) return;
  const hint = 'give this machine or function more scratch space';
  throw new GatehouseError('store.too-large', `${size} bytes do not fit into ${scratch} of scratch space`, { hint });
}

/** What is at the key, when it is what is expected; null when nothing is. */
async function digestsAt(key: ObjectKey, expected: ExpectedDigests, store: Store): Promise<Digests | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const digests = await storedDigests(object);
  const fault = digestFault(expected, digests);
  if (fault === null) return digests;
  throw new GatehouseError('fetch.mutated', `the store holds other bytes under this name: ${fault.message}`);
}
