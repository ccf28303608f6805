import type { Decision } from '../control.ts';
import type { Digests } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, provenanceKey } from '../layout.ts';
import type { ListedPackage } from '../list-packages.ts';
import { identityProblems } from '../package/check-identity.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import { recordFromIndex } from '../package/record-from-index.ts';
import { artifactId } from '../plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import type { Problem } from '../problem.ts';
import type { Provenance } from '../provenance.ts';
import { isDamaged } from '../read-json-object.ts';
import { knownSha256s, readProvenance } from '../read-provenance.ts';
import type { RepodataRecord } from '../record.ts';
import { indexedRecord } from './indexed-record.ts';

export interface IndexPackageWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  /** A package's digests: as they were noted when it was published, or from its bytes. */
  readonly digestsOf: (object: StoredObject) => Promise<Digests>;
}

export type IndexedPackage = { readonly record: RepodataRecord } | { readonly problem: Problem };

/**
 * The record of one package: a function of its bytes, its provenance and what control decided (design decision 5).
 * A package that cannot be read is a problem of its own and never of its subdir.
 */
export async function indexPackage(
  listed: ListedPackage,
  decision: Decision,
  world: IndexPackageWorld,
): Promise<IndexedPackage> {
  const object = await world.store.get(listed.key);
  if (object === null) return problem(listed, 'index.vanished', 'went away while its subdir was being indexed');
  const digests = await world.digestsOf(object);
  const entered = await enteredAs(listed, { object, digests }, world);
  if ('problem' in entered) return entered;
  return { record: indexedRecord(decision.record ?? entered.record, listed.subdir, digests) };
}

/** What is known of these bytes. A damaged provenance is not made up for silently: it held upstream's patches. */
async function enteredAs(
  listed: ListedPackage,
  found: { object: StoredObject; digests: Digests },
  world: IndexPackageWorld,
): Promise<IndexedPackage> {
  try {
    const provenance = await readProvenance(world.store, { ...listed, channel: world.channel }, found.digests.sha256);
    return provenance ?? (await adopt(listed, found, world));
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return problem(listed, 'index.provenance', `${error.message}; delete that file and run gatehouse index again`);
  }
}

/** The record of a package someone copied in by hand, from its own `info/index.json`, and a provenance that says so. */
async function adopt(
  listed: ListedPackage,
  { object, digests }: { object: StoredObject; digests: Digests },
  world: IndexPackageWorld,
): Promise<IndexedPackage> {
  const place = { channel: world.channel, subdir: listed.subdir, filename: listed.filename };
  // Its own may be there by now: another indexer was first.
  const other = (await knownSha256s(world.store, place)).find((sha256) => sha256 !== digests.sha256);
  if (other !== undefined)
    return problem(listed, 'index.mutated', `holds ${digests.sha256}; what entered was ${other}`);
  try {
    const { index, findings } = await readPackageInfo(object, listed.filename);
    const [contradiction] = identityProblems({ index, fileName: listed.filename, subdir: listed.subdir });
    if (contradiction !== undefined) return { problem: contradiction };
    const record = indexedRecord(recordFromIndex(index, digests, listed.subdir), listed.subdir, digests);
    await write({ ...place, ...digests, record, findings: [...findings], origin: { type: 'copied' } }, world);
    return { record };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return problem(listed, error.code, error.message);
  }
}

async function write(
  facts: Omit<Provenance, 'version' | 'firstSeen'>,
  { store, clock }: IndexPackageWorld,
): Promise<void> {
  const provenance: Provenance = { version: 1, ...facts, firstSeen: clock.now() };
  const key = provenanceKey(facts.channel, facts.subdir, facts.filename, facts.sha256);
  await store.put(key, Buffer.from(canonicalJson(provenance)), { absent: true });
}

const problem = (listed: ListedPackage, code: string, detail: string): IndexedPackage => ({
  problem: { code, subject: artifactId(listed), detail },
});
