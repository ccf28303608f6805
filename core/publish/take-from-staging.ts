import { readProvenance } from '../documents/provenance.ts';
import { readFileProvenance } from '../documents/simple/file-provenance.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { stageBytes } from '../python-index/stage-bytes.ts';
import { stagingStore } from '../store/staging-store.ts';
import type { Publication, PublishWorld } from './publication.ts';
import { readOffered } from './read-offered.ts';
import type { StagedFile } from './staged-release.ts';

/**
 * Copies a file out of staging into what is to be published: the bytes, hashed on the way and read as at their publishing,
 * and what was written down of them then, as it is. Null when the file is gone.
 *
 * @param held takes the copy, which lasts as long
 * @returns a problem when nothing was written down of these very bytes: then they are not those that were published
 * @throws GatehouseError `package.refused`, `package.identity`, `store.*`
 */
export async function takeFromStaging(
  file: StagedFile,
  world: PublishWorld,
  held: AsyncDisposableStack,
): Promise<Publication | Problem | null> {
  const staging = stagingStore(world.store);
  const object = await staging.get(file.key);
  if (object === null) return null;
  const received = held.use(await stageBytes(chunksOf(object), world));
  const { fileName } = file;
  const read = await readOffered({ ...received, fileName }, world);
  return (await asItEntered(read, staging)) ?? mutated(fileName, received.digests.sha256);
}

async function asItEntered(read: Publication, staging: Store): Promise<Publication | null> {
  const { sha256 } = read.digests;
  if (read.kind === 'package') {
    const provenance = await readProvenance(staging, read.provenance, sha256);
    return provenance && { ...read, provenance };
  }
  const provenance = await readFileProvenance(staging, read.provenance, sha256);
  return provenance && { ...read, provenance };
}

const mutated = (fileName: string, sha256: string): Problem => ({
  code: 'publish.mutated',
  subject: fileName,
  detail: `staging holds bytes of sha256 ${sha256}, and nothing says that they were published`,
  hint: 'gatehouse verify says what is damaged; publish the file to the channel from where it was built',
});
