import type { PackageSpec } from './build-package.ts';

export interface PackagesShape {
  /** Packages in all; every other one is a `.tar.bz2`. */
  readonly count: number;
  readonly subdir: string;
  /** Bytes of the payload of each, which do not compress; 5,000 when absent. */
  readonly payloadBytes?: number;
}

/** Specs of many small packages, ten versions a name, for `buildChannel` to build one after another. */
export function* generatePackages({ count, subdir, payloadBytes = 5000 }: PackagesShape): Generator<PackageSpec> {
  for (let i = 0; i < count; i++) {
    const name = `bench-${String(Math.floor(i / 10)).padStart(4, '0')}`;
    yield {
      name,
      version: `1.${i % 10}.0`,
      build: 'h5eee18b_0',
      subdir,
      format: i % 2 === 0 ? '.conda' : '.tar.bz2',
      depends: ['python >=3.8', ...(i < 10 ? [] : ['bench-0000 >=1.0'])],
      files: [
        { path: `lib/lib${name}.so`, size: payloadBytes },
        { path: `share/${name}/README`, content: `Package ${i} of ${count}.\n` },
      ],
    };
  }
}
