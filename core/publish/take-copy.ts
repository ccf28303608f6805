import { readProvenance } from '../documents/provenance.ts';
import { readFileProvenance } from '../documents/simple/file-provenance.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { stageBytes } from '../python-index/stage-bytes.ts';
import type { Publication, PublishWorld } from './publication.ts';
import { readOffered } from './read-offered.ts';

interface Source {
  readonly key: ObjectKey;
  readonly fileName: string;
  /** The part of the store that it lies in. */
  readonly part: Store;
}

/**
 * Copies a file of one part of the store into what is to be published in another: the bytes, hashed on the way and read as
 * at their publishing, and what was written down of them then, as it is. Null when the file is gone.
 *
 * @param held takes the copy, which lasts as long
 * @returns a problem when nothing was written down of these very bytes: then they are not those that were published
 * @throws GatehouseError `package.refused`, `package.identity`, `store.*`
 */
export async function takeCopy(
  { key, fileName, part }: Source,
  world: Pick<PublishWorld, 'store' | 'scratch' | 'by' | 'clock'>,
  held: AsyncDisposableStack,
): Promise<Publication | Problem | null> {
  const object = await part.get(key);
  if (object === null) return null;
  const received = held.use(await stageBytes(chunksOf(object), world));
  const read = await readOffered({ ...received, fileName }, world);
  return (await asItEntered(read, part)) ?? mutated(fileName, received.digests.sha256);
}

async function asItEntered(read: Publication, part: Store): Promise<Publication | null> {
  const { sha256 } = read.digests;
  if (read.kind === 'package') {
    const provenance = await readProvenance(part, read.provenance, sha256);
    return provenance && { ...read, provenance };
  }
  const provenance = await readFileProvenance(part, read.provenance, sha256);
  return provenance && { ...read, provenance };
}

const mutated = (fileName: string, sha256: string): Problem => ({
  code: 'publish.mutated',
  subject: fileName,
  detail: `bytes of sha256 ${sha256} lie there, and nothing says that they were published`,
  hint: 'gatehouse verify says what is damaged; publish the file again from where it was built',
});
