import { canonicalJson } from '../json/json.ts';
import { objectKeySchema, simpleMetadataKey } from '../layout/keys.ts';
import { markPublished } from '../own/mark-published.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { putOnce } from '../store/put-once.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { Publication, PublishedFile, PublishWorld } from './publication.ts';
import { placeOf, servedKey } from './publication-place.ts';

interface WriteWorld extends Pick<PublishWorld, 'to' | 'clock' | 'by'> {
  /** The part of the store that is published to. */
  readonly target: Store;
}

/**
 * Writes a file whose name was taken for its bytes: its provenance, of a wheel its `METADATA`, and only then the bytes.
 * Of bytes that upstream had brought, control says then that they are the organisation's own. None of them is ever
 * overwritten, and nothing lists a file that lacks one, so one that was cut off anywhere is finished by the next. Safe to
 * run twice and by many at once.
 *
 * @throws GatehouseError `fetch.mutated` when other bytes got there meanwhile, by hand
 */
export async function writePublication(publication: Publication, world: WriteWorld): Promise<PublishedFile> {
  const { target } = world;
  const { provenance, kind } = publication;
  const { provenanceKey } = placeOf(publication);
  const isNew = await putOnce(target, provenanceKey, Buffer.from(canonicalJson(provenance)));
  if (!isNew) await markPublished(publication, world);
  if (kind === 'wheel') {
    const { project, fileName } = publication.provenance;
    await putOnce(target, simpleMetadataKey(project, fileName), publication.wheel.metadataBytes);
  }
  return writeBytes(publication, world);
}

/**
 * Writes a file's bytes where none are, with the digests and the headers that belong to its key.
 *
 * @throws GatehouseError `fetch.mutated` when other bytes got there meanwhile
 */
export async function writeBytes(
  publication: Publication,
  { target, to }: Pick<WriteWorld, 'target' | 'to'>,
): Promise<PublishedFile> {
  const { kind, staged, digests } = publication;
  const { key, name, version } = placeOf(publication);
  const { sha256, md5 } = digests;
  const served = servedKey(key, to);
  const { status } = await staged.publish(objectKeySchema.parse(served), { sha256, md5 });
  if (status === 'conflict') await expectSame(publication, target);
  return { key: served, kind, name, version, sha256, status: status === 'written' ? 'stored' : 'present' };
}

/** What has the name took it for these bytes; only what was put there by hand did not ask. */
async function expectSame(publication: Publication, target: Store): Promise<void> {
  const { key } = placeOf(publication);
  const object = await target.get(key);
  if (object === null) {
    throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
  }
  const { sha256 } = await storedDigests(object);
  if (sha256 === publication.digests.sha256) return;
  const message = `${key} holds other bytes than were published, of sha256 ${sha256}`;
  throw new GatehouseError('fetch.mutated', message, {
    hint: 'find out who put them there; once they are deleted, publish again',
  });
}
