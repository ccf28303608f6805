import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { simpleMetadataKey } from '../layout/keys.ts';
import { isReserved } from '../names/reserved-names.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { Publication, PublishWorld } from './publication.ts';
import { placeOf } from './publication-place.ts';
import { otherSpelling, usedFor, usedNameProblem } from './used-name.ts';

interface CheckWorld extends Pick<PublishWorld, 'store' | 'allowlist' | 'mayPublish'> {
  /** The part of the store that is published to. */
  readonly target: Store;
}

/**
 * Why a file may not be published; null when it may: its name must be reserved, or it be the wheel that an entry names by
 * its sha256; whoever offers it must have the right; and its file name must be free, or be that of these very bytes, and
 * be no other spelling of one that is there.
 *
 * @throws GatehouseError `json.invalid` when nobody can tell which bytes had the name
 */
export async function checkPublication(publication: Publication, world: CheckWorld): Promise<Problem | null> {
  return (
    notReserved(publication, world.allowlist) ??
    notAllowed(publication, world) ??
    (await takenName(publication, world)) ??
    (await otherMetadata(publication, world.target))
  );
}

/**
 * Why a file may not have its name, whoever brings it: other bytes have it or had it, or the same file is there by another
 * spelling of it. Null when it may.
 *
 * @throws GatehouseError `json.invalid` when nobody can tell which bytes had the name
 */
export async function takenName(
  publication: Publication,
  { store, target }: Pick<CheckWorld, 'store' | 'target'>,
): Promise<Problem | null> {
  return (
    (await otherSpelling(publication, store)) ??
    (await usedName(publication, store)) ??
    (await otherBytes(publication, target))
  );
}

function notReserved(publication: Publication, { reserved, entries }: Allowlist): Problem | null {
  const { name, fileName } = placeOf(publication);
  if (isReserved(name, reserved)) return null;
  const { kind, digests } = publication;
  const isPinned = entries.some(
    (entry) => kind === 'wheel' && entry.kind === 'pypi' && entry.name === name && entry.wheel === digests.sha256,
  );
  if (isPinned) return null;
  const pin =
    kind === 'wheel' ? `; for a wheel of others, write an entry with "wheel": "sha256:${digests.sha256}"` : '';
  return {
    code: 'publish.not-reserved',
    subject: fileName,
    detail: `${name} is none of the organisation's own names: the allowlist reserves ${reserved.join(', ') || 'none'}`,
    hint: `if it is one, add it to "reserved" in the allowlist and sync${pin}`,
  };
}

function notAllowed(publication: Publication, { mayPublish }: CheckWorld): Problem | null {
  const { name, fileName } = placeOf(publication);
  if (mayPublish(name)) return null;
  return {
    code: 'publish.not-allowed',
    subject: fileName,
    detail: `this token may not publish ${name}`,
    hint: 'ask whoever gave it out for one whose names include it',
  };
}

async function usedName(publication: Publication, store: Store): Promise<Problem | null> {
  const used = await usedFor(publication, store);
  return used === null || used === publication.digests.sha256 ? null : usedNameProblem(publication, used);
}

/** The name is theirs, and yet others lie there: they were put there by hand, and nobody lists them. */
async function otherBytes(publication: Publication, target: Store): Promise<Problem | null> {
  const { key, fileName } = placeOf(publication);
  const there = await target.get(key);
  const sha256 = there && (await storedDigests(there)).sha256;
  if (sha256 === null || sha256 === publication.digests.sha256) return null;
  return {
    code: 'publish.mutated',
    subject: fileName,
    detail: `${key} holds other bytes, of sha256 ${sha256}, which were never published`,
    hint: 'find out who put them there, delete them, and publish again',
  };
}

/** pip takes a `.metadata` that is not its wheel's for an error of the whole index, and what lies there stays. */
async function otherMetadata(publication: Publication, target: Store): Promise<Problem | null> {
  if (publication.kind !== 'wheel') return null;
  const { project, fileName } = publication.provenance;
  const there = await target.read(simpleMetadataKey(project, fileName));
  if (there === null || sameBytes(there.bytes, publication.wheel.metadataBytes)) return null;
  return {
    code: 'publish.metadata',
    subject: fileName,
    detail: `${there.key} lies in the store, and is not the METADATA of this wheel`,
    hint: 'find out who wrote it, delete it, and publish again',
  };
}
