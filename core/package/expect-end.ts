import { decodeBzip2 } from '../archive/bzip2.ts';
import { endsStream } from '../archive/bzip2-marker.ts';
import { startBudget } from '../archive/decode-budget.ts';
import { defaultLimits } from '../archive/read-limits.ts';
import { type ByteSource, chunksOf } from '../byte-source.ts';
import { type PackageFileName, packageFileParts } from '../package-file-name.ts';

/** The end marker, the stream's CRC, and up to seven bits from where it started. */
const trailer = 11;

/**
 * Refuses a `.tar.bz2` that is not all there, as while somebody copies it: what the index reads of one is at its start.
 * A `.conda` is read from its end. Costs eleven bytes, and all of the package where they are no end of a stream.
 *
 * @throws GatehouseError `package.refused` with `A7.*`
 */
export async function expectEnd(source: ByteSource, fileName: PackageFileName): Promise<void> {
  if (packageFileParts(fileName).format === '.conda') return;
  if (endsStream(await source.read(Math.max(0, source.size - trailer), source.size))) return;
  const decoded = decodeBzip2(chunksOf(source), startBudget(defaultLimits).meter(source.size), () => {});
  for await (const _ of decoded) {
    // Zeros may follow the stream; whatever else is refused.
  }
}
