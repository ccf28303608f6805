import { cameFromUpstream, knownSha256s, type Provenance, readProvenance } from '../documents/provenance.ts';
import { packageThatLies } from '../gate/door/lying-file.ts';
import { type ObjectKey, provenanceKey, usedPackageNameKey } from '../layout/keys.ts';
import { type Digests, digestStream, type Sha256 } from '../names/digest.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Log } from '../ports/log.ts';
import { tellingOf } from '../problems/problem.ts';
import { type ChannelStore, type ListedPackage, listPackages } from '../store/list-packages.ts';
import { isDamaged } from '../store/read-json-object.ts';
import type { Damage } from './damage.ts';
import { type ArchiveWorld, verifyArchive } from './verify-archive.ts';
import { verifyPublishedName } from './verify-names.ts';

export interface VerifiedPackages {
  readonly stored: ReadonlySet<PackageFileName>;
  readonly damaged: ReadonlySet<PackageFileName>;
  /** Of each package, from its bytes. */
  readonly digests: ReadonlyMap<ObjectKey, Digests>;
  readonly problems: readonly Damage[];
}

export interface VerifyPackagesWorld extends ChannelStore, ArchiveWorld {
  readonly log: Log;
}

/** Verifies every package of a subdir, one after the other: memory holds one. */
export async function verifyPackages(subdir: Subdir, world: VerifyPackagesWorld): Promise<VerifiedPackages> {
  const stored = new Set<PackageFileName>();
  const damaged = new Set<PackageFileName>();
  const digests = new Map<ObjectKey, Digests>();
  const problems: Damage[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const verified = await verifyPackage(listed, world);
    const sound = verified.problems.length === 0;
    stored.add(listed.filename);
    if (!sound) damaged.add(listed.filename);
    if (verified.digests !== null) digests.set(listed.key, verified.digests);
    problems.push(...verified.problems);
    world.log({ type: 'verify.object', key: listed.key, size: listed.size, sound });
  }
  return { stored, damaged, digests, problems };
}

interface VerifiedPackage {
  /** As the bytes have them; null when the package went away meanwhile. */
  readonly digests: Digests | null;
  readonly problems: readonly Damage[];
}

/**
 * Reads every byte of a package again and holds it against what entered, and asks the gate's checks of the archive again;
 * metadata kept beside it may have been copied from a sound one, and is not used.
 */
async function verifyPackage(listed: ListedPackage, world: VerifyPackagesWorld): Promise<VerifiedPackage> {
  const { key } = listed;
  const object = await world.store.get(key);
  if (object === null)
    return { digests: null, problems: [{ code: 'verify.missing', key, detail: 'went away while it was read' }] };
  const digests = await digestStream(chunksOf(object));
  const entered = await knownSha256s(world.store, { ...listed, channel: world.channel });
  const wrong = await wrongBytes(listed, { digests, entered }, world);
  const { sound, damaged } = await provenancesOf(listed, entered, world);
  const provenance = sound.find(({ sha256 }) => sha256 === digests.sha256) ?? null;
  const name = usedPackageNameKey(listed.subdir, listed.filename);
  const isPublished = provenance?.origin.type === 'published';
  const unnamed = isPublished ? await verifyPublishedName({ key, name, sha256: digests.sha256 }, world.store) : [];
  const file = packageThatLies(listed, provenance, { bytes: object, digests });
  const refused = wrong.length > 0 ? [] : (await verifyArchive(key, file, world)).problems;
  return { digests, problems: [...damaged, ...wrong, ...refused, ...unnamed] };
}

/** How the right bytes come back: a sync knows only of what was fetched. */
async function restoring(listed: ListedPackage, world: ChannelStore): Promise<string> {
  const isFetched = await cameFromUpstream(world.store, { ...listed, channel: world.channel });
  return isFetched
    ? 'delete it: gatehouse sync fetches it again, if the allowlist still needs it'
    : 'copy the right file there again, or delete it, and run gatehouse index';
}

async function provenancesOf(
  listed: ListedPackage,
  entered: readonly Sha256[],
  { store, channel }: ChannelStore,
): Promise<{ sound: Provenance[]; damaged: Damage[] }> {
  const sound: Provenance[] = [];
  const damaged: Damage[] = [];
  for (const sha256 of entered) {
    try {
      const provenance = await readProvenance(store, { ...listed, channel }, sha256);
      if (provenance !== null) sound.push(provenance);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      const key = provenanceKey(channel, listed.subdir, listed.filename, sha256);
      damaged.push({ code: 'verify.provenance', key, ...tellingOf(error) });
    }
  }
  return { sound, damaged };
}

/** Bytes that did not enter: nothing else about them is worth telling. */
async function wrongBytes(
  listed: ListedPackage,
  { digests: { sha256 }, entered }: { readonly digests: Digests; readonly entered: readonly Sha256[] },
  world: ChannelStore,
): Promise<Damage[]> {
  const { key } = listed;
  if (entered.length === 0)
    return [{ code: 'verify.unknown', key, detail: 'has no provenance', hint: 'run gatehouse index --rebuild' }];
  if (entered.includes(sha256)) return [];
  const detail = `its bytes have sha256 ${sha256}; what entered had ${entered.join(' or ')}`;
  return [{ code: 'verify.bytes', key, detail, hint: await restoring(listed, world) }];
}
