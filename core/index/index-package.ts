import { isKeptOut, type Override } from '../documents/control.ts';
import { artifactId } from '../documents/plan.ts';
import { knownSha256s, type Provenance, readProvenance } from '../documents/provenance.ts';
import { usedBy } from '../documents/published/used-name.ts';
import { type ListingDoor, listingProblem } from '../gate/door/listing-problem.ts';
import { packageThatLies } from '../gate/door/lying-file.ts';
import { canonicalJson } from '../json/json.ts';
import { provenanceKey, usedPackageNameKey } from '../layout/keys.ts';
import { type Digests, sha256Of } from '../names/digest.ts';
import { type EntryParts, entryParts } from '../outputs/entries/channel-facts.ts';
import { type IndexEntry, jsonPart } from '../outputs/entries/index-entry.ts';
import { identityProblems } from '../package/check-identity.ts';
import { recordFromIndex } from '../package/index-json.ts';
import { expectEnd, type ReadPackageInfo, readPackageInfo } from '../package/read-package-info.ts';
import { keptOnceRead } from '../ports/byte-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { normaliseRecord } from '../record/normalise-record.ts';
import type { RepodataRecord } from '../record/record.ts';
import { recordFault } from '../record/record-fault.ts';
import type { ChannelStore, ListedPackage } from '../store/list-packages.ts';
import { isDamaged } from '../store/read-json-object.ts';

export interface IndexPackageWorld extends ChannelStore, Pick<ListingDoor, 'gate'> {
  readonly clock: Pick<Clock, 'now'>;
  /** A package's digests: as they were noted when it was published, or from its bytes. */
  readonly digestsOf: (object: StoredObject) => Promise<Digests>;
}

/**
 * The entry of one package: a function of its bytes, its verdict, its provenance and what control says of it
 * (docs/decisions.md 5). None is listed that the gate has not let through.
 * Its record is control's, else the provenance's, with our own hotfix over it; of its bytes come only digests and size, or
 * all of it where it was copied in. A withdrawn or yanked package is not read. A package that cannot be read, or whose record not
 * every client can read, is a problem of its own and never of its subdir.
 *
 * @returns null when the package went away meanwhile
 * @throws GatehouseError `store.*` when the store fails or the package changes while it is read
 */
export async function indexPackage(
  listed: ListedPackage,
  override: Override,
  world: IndexPackageWorld,
): Promise<IndexEntry | null> {
  if (isKeptOut(override)) return entryOf(listed, override, withdrawn);
  const found = await world.store.get(listed.key);
  if (found === null) return null;
  const head = { filename: listed.filename, etag: found.etag, size: found.size };
  const object = keptOnceRead(found);
  try {
    const digests = await world.digestsOf(object);
    const known = await provenanceOf(listed, digests, world);
    if (isProblem(known)) return entryOf(head, override, problemParts(known));
    const info = await readPackageInfo(object, listed.filename);
    const entered = await enteredAs(listed, { object, digests, info, known }, world);
    if (isProblem(entered)) return entryOf(head, override, problemParts(entered));
    const members = { ...(override.record ?? entered.record), ...digests, subdir: listed.subdir };
    const { firstSeen } = entered;
    return entryOf(head, override, partsOf(listed, members, { info, firstSeen, hotfix: override.hotfix }));
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return entryOf(head, override, problemParts(problemOf(error, artifactId(listed))));
  }
}

/** What is known of these bytes. A damaged provenance is not made up for silently: it held upstream's patches. */
async function provenanceOf(
  listed: ListedPackage,
  { sha256 }: Digests,
  { store, channel }: IndexPackageWorld,
): Promise<Provenance | Problem | null> {
  const place = { channel, subdir: listed.subdir, filename: listed.filename };
  try {
    const provenance = await readProvenance(store, place, sha256);
    if (provenance !== null) return provenance;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const hint = 'put it back from a backup, or delete it, and run gatehouse index';
    return { ...problemOf(error, artifactId(listed)), code: 'index.provenance', hint };
  }
  const known = await knownSha256s(store, place);
  const other = known[0] ?? (await usedBy(store, usedPackageNameKey(listed.subdir, listed.filename)));
  // Its own may have come meanwhile: another worker adopted it.
  if (other === null || other === sha256 || known.includes(sha256)) return null;
  const detail = `holds ${sha256}; what entered was ${other}`;
  return { code: 'index.mutated', subject: artifactId(listed), detail };
}

interface Found {
  readonly object: StoredObject;
  readonly digests: Digests;
  readonly info: ReadPackageInfo;
  readonly known: Provenance | null;
}

/**
 * What a package is listed as: what was written down of it, once the gate has let it through. What nothing was written down of
 * is read to its end before it is judged: one that is still being copied would be judged, and adopted, as it is.
 */
async function enteredAs(listed: ListedPackage, found: Found, world: IndexPackageWorld): Promise<Provenance | Problem> {
  const { object, digests, info, known } = found;
  if (known === null) {
    const [contradiction] = identityProblems({ index: info.index, fileName: listed.filename, subdir: listed.subdir });
    if (contradiction !== undefined) return contradiction;
    await expectEnd(object, listed.filename);
  }
  const keptOut = await listingProblem(packageThatLies(listed, known, { bytes: object, digests }), world);
  return keptOut ?? known ?? adopt(listed, found, world);
}

/**
 * Adopts a package that someone copied in by hand: its record is its own `info/index.json`, and a provenance says so. It
 * is held against its bytes from then on.
 */
function adopt(
  listed: ListedPackage,
  { digests, info: { index, findings } }: Pick<Found, 'digests' | 'info'>,
  world: IndexPackageWorld,
): Promise<Provenance> {
  const place = { channel: world.channel, subdir: listed.subdir, filename: listed.filename };
  const found = [...findings];
  const record = recordFromIndex(index, digests, listed.subdir, (code, detail) => found.push({ code, detail }));
  const copied = { ...place, ...digests, record, findings: found, origin: { type: 'copied' } as const };
  return keepProvenance({ version: 1, ...copied, firstSeen: world.clock.now() }, world);
}

/**
 * Create-only: of two workers that adopt a package at once, the first says when it was seen first. What is not at rest
 * is not used, or the next worker would say otherwise.
 *
 * @throws GatehouseError `store.conflict` (retry) when the store refused and keeps nothing: S3's 409
 */
async function keepProvenance(provenance: Provenance, { store }: IndexPackageWorld): Promise<Provenance> {
  const { channel, subdir, filename, sha256 } = provenance;
  const key = provenanceKey(channel, subdir, filename, sha256);
  const { status } = await store.put(key, Buffer.from(canonicalJson(provenance)), { absent: true });
  const first = status === 'written' ? provenance : await readProvenance(store, provenance, sha256);
  if (first === null) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
  return first;
}

interface Entering {
  readonly info: ReadPackageInfo;
  readonly firstSeen: number;
  readonly hotfix: Override['hotfix'];
}

/**
 * The parts of a package that entered: its record as all clients read it, or why one of them could not. A record that
 * came to rest before records were normal becomes so here.
 *
 * @param members upstream's patched record, with what only the bytes can say put in from the bytes: conda cannot install
 *   a record without `size`, and checks the hashes it finds
 */
function partsOf(listed: ListedPackage, members: RepodataRecord, { info, firstSeen, hotfix }: Entering): Parts {
  const subject = artifactId(listed);
  const normal = normaliseRecord(members);
  if (!normal.ok) return problemParts({ code: 'record.invalid', subject, detail: normal.detail });
  const parts = entryParts(normal.record, info, { firstSeen, hotfix });
  const fault = parts.record && recordFault(parts.record);
  return fault === null ? shownParts(parts) : problemParts({ subject, ...fault });
}

/**
 * Names what of an override bears on the index, so that a changed control touches only the entries it means; undefined
 * when nothing does. Who needs a package, and since when nobody does, is for the plan.
 */
export function overrideTag({ why, unneededSince, ...rest }: Override): string | undefined {
  const bearing = canonicalJson(rest);
  // 64 bits: the two overrides of one package that are compared are not chosen by an attacker.
  return bearing === '{}' ? undefined : sha256Of(bearing).slice(0, 16);
}

const isProblem = (found: Provenance | Problem | null): found is Problem => found !== null && 'code' in found;

type Parts = Pick<IndexEntry, 'kind' | 'record' | 'runExports' | 'facts'>;

function entryOf(
  { filename, etag, size }: Pick<IndexEntry, 'filename' | 'etag' | 'size'>,
  override: Override,
  parts: Parts,
): IndexEntry {
  const tag = overrideTag(override);
  return { filename, ...(tag !== undefined && { override: tag }), etag, size, ...parts };
}

const nothing = jsonPart({});
const withdrawn: Parts = { kind: 'withdrawn', record: nothing, runExports: nothing, facts: nothing };

const problemParts = (problem: Problem): Parts => ({ ...withdrawn, kind: 'problem', record: jsonPart(problem) });

const shownParts = ({ record, runExports, facts }: EntryParts): Parts => {
  const kind = record === null ? 'withdrawn' : 'listed';
  return { kind, record: jsonPart(record ?? {}), runExports, facts };
};
