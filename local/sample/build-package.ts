import { createCipheriv, createHash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { sizedBytes } from '../../core/archive/sized-bytes.ts';
import { type TarFile, writeTar } from '../../core/archive/tar/write-tar.ts';
import { compareCodePoints } from '../../core/json/json.ts';
import { type Digests, sha256Of, startDigests } from '../../core/names/digest.ts';
import type { PackageFormat } from '../../core/names/package-file-name.ts';
import { writeConda } from '../../core/package/write-conda.ts';
import {
  type PackageIndex,
  packageIndex,
  type SampleMetadata,
  sampleInfo,
  stemOf,
  timeOf,
} from './package-metadata.ts';

/** A file to pack: its content, or a size in bytes for content that no compressor makes smaller. */
export type SampleFile = { readonly path: string; readonly mode?: number } & (
  | { readonly content: string | Uint8Array }
  | { readonly size: number }
);

export interface PackageSpec extends SampleMetadata {
  readonly format: PackageFormat;
  readonly files?: readonly SampleFile[];
}

/** A package somewhere: what its index says and what its bytes are. */
export interface PackageFile {
  readonly subdir: string;
  readonly filename: string;
  readonly index: PackageIndex;
  readonly digests: Digests;
  /** Absent when they are in a file already. */
  readonly bytes?: Uint8Array;
}

export interface BuiltPackage extends PackageFile {
  readonly bytes: Uint8Array;
}

/**
 * A conda package in memory. The same spec gives the same bytes: members sorted, one mtime, uid and gid 0, fixed
 * compression levels. Nothing is checked, so that tests can build what must be refused.
 */
export const buildPackage = (spec: PackageSpec): Promise<BuiltPackage> => buildPackageBy(quickBzip2, spec);

/** The same with another encoder for `.tar.bz2`: the bytes of that format are as it makes them. */
export async function buildPackageBy(encode: typeof quickBzip2, spec: PackageSpec): Promise<BuiltPackage> {
  const index = packageIndex(spec);
  const payload = payloadMembers(spec);
  const packed = payload.map(({ path, size, content }) => ({ path, sha256: sha256Of(content), size }));
  const info = sampleInfo(spec, index, packed);
  const timestamp = timeOf(spec);
  const bytes =
    spec.format === '.conda'
      ? await gather(writeConda({ stem: stemOf(spec), payload, info, timestamp }))
      : await encode(await gather(writeTar([...info, ...payload], Math.floor(timestamp / 1000))));
  return { subdir: spec.subdir, filename: stemOf(spec) + spec.format, index, digests: digestsOf(bytes), bytes };
}

function payloadMembers(spec: PackageSpec): readonly (TarFile & { readonly content: Uint8Array })[] {
  const { files = [] } = spec;
  const members = files.map((file) => {
    const seed = `${stemOf(spec)}/${file.path}`;
    const content = 'size' in file ? incompressibleBytes(seed, file.size) : Buffer.from(file.content);
    return { path: file.path, mode: file.mode ?? 0o644, content, ...sizedBytes(content) };
  });
  return members.sort((a, b) => compareCodePoints(a.path, b.path));
}

/** A stream's bytes in memory. */
export async function gather(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function digestsOf(bytes: Uint8Array): Digests {
  const digests = startDigests();
  digests.update(bytes);
  return digests.finish();
}

/**
 * The bytes as one bzip2 stream of 100 kB blocks, about 0.6 MB/s. compressjs is GPL-2.0 and slow, so it is loaded only
 * when a sample `.tar.bz2` is made.
 */
export async function quickBzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: compressjs } = await import('compressjs');
  return compressjs.Bzip2.compressFile(bytes, undefined, 1);
}

/** The bytes as one zstd frame that states its content size; level 19, which cph uses, takes 50 times as long as 3. */
export const zstdFrame = (bytes: Uint8Array, level = 3): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });

/** `size` bytes that no compressor makes smaller, the same for the same seed, in slices of at most 1 MiB. */
export function* incompressibleChunks(seed: string, size: number): Generator<Uint8Array> {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(2 ** 20);
  for (let left = size; left > 0; left -= zeros.length)
    yield cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
}

/** {@link incompressibleChunks} in one piece. */
export const incompressibleBytes = (seed: string, size: number): Uint8Array =>
  Buffer.concat([...incompressibleChunks(seed, size)]);
