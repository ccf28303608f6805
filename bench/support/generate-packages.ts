import type { PackageFormat } from '../../core/names/package-file-name.ts';
import type { PackageSpec } from '../../local/sample/build-package.ts';
import { seededRandom } from '../../test/support/random.ts';

export interface PackagesShape {
  readonly count: number;
  readonly subdir: string;
  /** Taken in turn; `.conda` and `.tar.bz2` when absent. */
  readonly formats?: readonly [PackageFormat, ...PackageFormat[]];
  /** Bytes of the payload of each, which do not compress; 5,000 when absent. */
  readonly payloadBytes?: number;
  /** In place of `payloadBytes`: sizes spread around this one as a channel's are. */
  readonly medianBytes?: number;
}

/** Specs of many small packages, ten versions a name, for `buildChannel` to build one after another. */
export function* generatePackages(shape: PackagesShape): Generator<PackageSpec> {
  const { count, subdir, formats = ['.conda', '.tar.bz2'], payloadBytes = 5000, medianBytes } = shape;
  const sizeOfNext = medianBytes === undefined ? () => payloadBytes : payloadSizes(medianBytes, count);
  for (let i = 0; i < count; i++) {
    const name = `bench-${String(Math.floor(i / 10)).padStart(4, '0')}`;
    yield {
      name,
      version: `1.${i % 10}.0`,
      build: 'h5eee18b_0',
      subdir,
      format: formats[i % formats.length] ?? formats[0],
      depends: ['python >=3.8', ...(i < 10 ? [] : ['bench-0000 >=1.0'])],
      files: [
        { path: `lib/lib${name}.so`, size: sizeOfNext() },
        { path: `share/${name}/README`, content: `Package ${i} of ${count}.\n` },
      ],
    };
  }
}

/** Natural logs: two of three packages are within a factor of 2.7 of the median, and one in a hundred beyond ten. */
const spread = 1;

/** Sizes in bytes as a channel's packages have them, log-normal around a median; the same for the same seed. */
function payloadSizes(medianBytes: number, seed: number): () => number {
  const random = seededRandom(seed);
  return () => {
    // Box and Muller; 1 - random() is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(medianBytes * Math.exp(spread * normal));
  };
}
