import { encodeBzip2 } from '../archive/bzip2/encode-bzip2.ts';
import { writeTar } from '../archive/tar/write-tar.ts';
import type { Bzip2 } from '../ports/bzip2.ts';
import { type CondaContents, writeConda } from './write-conda.ts';

/** How a package is packed. */
export type Packing = { readonly format: '.conda' } | { readonly format: '.tar.bz2'; readonly bzip2: Bzip2 };

/**
 * Streams a package of either format (CEP 35). In a `.tar.bz2` `info/` comes first, so that a reader of metadata need not
 * unpack the rest. The same contents give the same bytes, for one version of zstd or of what compresses by bzip2.
 *
 * @throws GatehouseError `package.refused` with `A13.member` or `A13.zip64` for what these formats cannot say
 */
export const packPackage = (contents: CondaContents, packing: Packing): AsyncIterable<Uint8Array> =>
  packing.format === '.conda' ? writeConda(contents) : encodeBzip2(tarOf(contents), packing.bzip2);

const tarOf = ({ info, payload, timestamp }: CondaContents): AsyncIterable<Uint8Array> =>
  writeTar([...info, ...payload], Math.floor(timestamp / 1000));
