import { keptOnceRead } from '../byte-source.ts';
import type { Digests } from '../digest.ts';
import type { Override } from '../documents/control.ts';
import { artifactId } from '../documents/plan.ts';
import { GatehouseError } from '../error.ts';
import { type LineParts, lineParts } from '../forms/line-parts.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, provenanceKey } from '../layout.ts';
import type { ListedPackage } from '../list-packages.ts';
import { identityProblems } from '../package/check-identity.ts';
import { recordFromIndex } from '../package/index-json.ts';
import { expectEnd, type ReadPackageInfo, readPackageInfo } from '../package/read-package-info.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectHead, Store, StoredObject } from '../ports/store.ts';
import type { Provenance } from '../provenance.ts';
import { isDamaged } from '../read-json-object.ts';
import { knownSha256s, readProvenance } from '../read-provenance.ts';
import type { Problem } from '../report/problem.ts';
import { indexedRecord } from './indexed-record.ts';

export interface IndexPackageWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  /** A package's digests: as they were noted when it was published, or from its bytes. */
  readonly digestsOf: (object: StoredObject) => Promise<Digests>;
}

/** What a package's line says; `head` is the object that was read. */
export type IndexedPackage = { readonly head: Pick<ObjectHead, 'etag' | 'size'> } & (
  | LineParts
  | { readonly problem: Problem }
);

/**
 * The record of one package: a function of its bytes, its provenance and what control decided (design decision 5).
 * A package that cannot be read is a problem of its own and never of its subdir; null when it went away meanwhile.
 *
 * @throws GatehouseError `store.*` when the store fails or the package changes while it is read
 */
export async function indexPackage(
  listed: ListedPackage,
  decision: Override,
  world: IndexPackageWorld,
): Promise<IndexedPackage | null> {
  const found = await world.store.get(listed.key);
  if (found === null) return null;
  const object = keptOnceRead(found);
  const head = { key: object.key, etag: object.etag, size: object.size };
  try {
    return { head, ...(await describe(listed, { object, decision }, world)) };
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return { head, problem: problemOf(listed, error.code, error.message) };
  }
}

async function describe(
  listed: ListedPackage,
  { object, decision }: { object: StoredObject; decision: Override },
  world: IndexPackageWorld,
): Promise<LineParts | { problem: Problem }> {
  const digests = await world.digestsOf(object);
  const known = await enteredAs(listed, digests, world);
  if (known !== null && 'problem' in known) return known;
  const info = await readPackageInfo(object, listed.filename);
  const entered = known ?? (await adopt(listed, { object, digests, info }, world));
  if ('problem' in entered) return entered;
  const record = indexedRecord(decision.record ?? entered.record, listed.subdir, digests);
  return lineParts(record, info, { firstSeen: entered.firstSeen, hotfix: decision.hotfix });
}

/** What is known of these bytes. A damaged provenance is not made up for silently: it held upstream's patches. */
async function enteredAs(
  listed: ListedPackage,
  { sha256 }: Digests,
  { store, channel }: IndexPackageWorld,
): Promise<Provenance | { problem: Problem } | null> {
  const place = { channel, subdir: listed.subdir, filename: listed.filename };
  try {
    const provenance = await readProvenance(store, place, sha256);
    if (provenance !== null) return provenance;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const mend = 'put it back from a backup, or delete it, and run gatehouse index';
    return { problem: problemOf(listed, 'index.provenance', `${error.message}; ${mend}`) };
  }
  const known = await knownSha256s(store, place);
  const [other] = known;
  // Its own may have come meanwhile: another worker adopted it.
  if (other === undefined || known.includes(sha256)) return null;
  return { problem: problemOf(listed, 'index.mutated', `holds ${sha256}; what entered was ${other}`) };
}

/**
 * The record of a package someone copied in by hand, from its own `info/index.json`, and a provenance that says so: held
 * against its bytes from then on, and so not made of one that is still being copied.
 */
async function adopt(
  listed: ListedPackage,
  { object, digests, info: { index, findings } }: { object: StoredObject; digests: Digests; info: ReadPackageInfo },
  world: IndexPackageWorld,
): Promise<Provenance | { problem: Problem }> {
  const place = { channel: world.channel, subdir: listed.subdir, filename: listed.filename };
  const [contradiction] = identityProblems({ index, fileName: listed.filename, subdir: listed.subdir });
  if (contradiction !== undefined) return { problem: contradiction };
  await expectEnd(object, listed.filename);
  const record = indexedRecord(recordFromIndex(index, digests, listed.subdir), listed.subdir, digests);
  const copied = { ...place, ...digests, record, findings: [...findings], origin: { type: 'copied' } as const };
  return keep({ version: 1, ...copied, firstSeen: world.clock.now() }, world);
}

/**
 * Create-only: of two who adopt a package at once, the first says when it was seen first. What is not at rest is not
 * used, or the next who looks would say otherwise.
 *
 * @throws GatehouseError `store.conflict` (retry) when the store refused and keeps nothing: S3's 409
 */
async function keep(provenance: Provenance, { store }: IndexPackageWorld): Promise<Provenance> {
  const { channel, subdir, filename, sha256 } = provenance;
  const key = provenanceKey(channel, subdir, filename, sha256);
  const { status } = await store.put(key, Buffer.from(canonicalJson(provenance)), { absent: true });
  const first = status === 'written' ? provenance : await readProvenance(store, provenance, sha256);
  if (first === null) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
  return first;
}

const problemOf = (listed: ListedPackage, code: string, detail: string): Problem => ({
  code,
  subject: artifactId(listed),
  detail,
});
