import { type Provenance, soundProvenance, wheelOf } from '../documents/provenance.ts';
import { provenanceFolder } from '../layout/keys.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import { parsePackageFileName } from '../names/package-file-name.ts';
import { noarch } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { madeBuild } from '../releases/made-record.ts';
import type { WheelPublication } from './publication.ts';

/**
 * What was written down of the conda packages that were made of a wheel, whether or not their bytes are there yet. A wheel
 * becomes packages once: what they need was worked out by what the channel had then.
 *
 * @param part of the store, in which the wheel lies
 * @param names that the project has in conda, or had
 */
export async function knownPackages(
  { provenance }: WheelPublication,
  part: Store,
  names: Iterable<string>,
): Promise<Provenance[]> {
  const folder = provenanceFolder('conda', noarch);
  const found: Provenance[] = [];
  for (const name of new Set(names)) {
    for await (const { key } of part.list(`${folder}${name}-${provenance.release}-${madeBuild}`)) {
      const [fileName = '', written = ''] = key.slice(folder.length).split('/');
      const filename = parsePackageFileName(fileName);
      const sha256 = sha256Schema.safeParse(written.replace(/\.json$/, '')).data;
      // Of a damaged one, which may be of any wheel, `gatehouse index` tells.
      const known =
        filename && sha256 && (await soundProvenance(part, { channel: 'conda', subdir: noarch, filename }, sha256));
      if (known && isMadeOf(known, provenance.sha256)) found.push(known);
    }
  }
  return found;
}

/** Of a wheel that upstream had brought before it was published a plan made the package. */
function isMadeOf(known: Provenance, wheel: Sha256): boolean {
  const { origin } = known;
  return wheelOf(known)?.sha256 === wheel || (origin.type === 'made' && origin.sha256 === wheel);
}
