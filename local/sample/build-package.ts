import { createCipheriv, createHash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { canonicalJson, compareCodePoints } from '../../core/json/json.ts';
import { type Digests, sha256Of, startDigests } from '../../core/names/digest.ts';
import type { PackageFormat } from '../../core/names/package-file-name.ts';
import {
  infoMembers,
  type PackageIndex,
  packageIndex,
  type SampleMetadata,
  sampleTime,
  stemOf,
} from './package-metadata.ts';
import { type TarFile, tarArchive } from './tar-write.ts';
import { zipArchive } from './zip-write.ts';

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

/** The first member of every `.conda` (CEP 35). */
export const formatMember = {
  name: 'metadata.json',
  content: Buffer.from(canonicalJson({ conda_pkg_format_version: 2 })),
};

/**
 * A conda package in memory. The same spec gives the same bytes: members sorted, one mtime, uid and gid 0, fixed
 * compression levels. Nothing is checked, so that tests can build what must be refused.
 */
export const buildPackage = (spec: PackageSpec): Promise<BuiltPackage> => buildPackageBy(quickBzip2, spec);

/** The same with another encoder for `.tar.bz2`: the bytes of that format are as it makes them. */
export async function buildPackageBy(encode: typeof quickBzip2, spec: PackageSpec): Promise<BuiltPackage> {
  const index = packageIndex(spec);
  const payload = payloadMembers(spec);
  const packed = payload.map(({ path, content }) => ({ path, sha256: sha256Of(content), size: content.length }));
  const info = infoMembers(spec, index, packed);
  const mtime = mtimeOf(spec);
  const bytes =
    spec.format === '.conda'
      ? condaArchive(stemOf(spec), tarArchive(payload, mtime), tarArchive(info, mtime))
      : await encode(tarArchive([...info, ...payload], mtime));
  const digests = startDigests();
  digests.update(bytes);
  return { subdir: spec.subdir, filename: stemOf(spec) + spec.format, index, digests: digests.finish(), bytes };
}

/** The members' mtime in seconds since the epoch. */
export const mtimeOf = ({ timestamp = sampleTime }: SampleMetadata): number => Math.floor(timestamp / 1000);

function payloadMembers(spec: PackageSpec): readonly TarFile[] {
  const members = (spec.files ?? []).map((file) => ({
    path: file.path,
    mode: file.mode ?? 0o644,
    content:
      'size' in file ? incompressibleBytes(`${stemOf(spec)}/${file.path}`, file.size) : Buffer.from(file.content),
  }));
  return members.sort((a, b) => compareCodePoints(a.path, b.path));
}

/** Info last, as conda's own writers do, so that the file's tail holds all a reader of metadata needs. */
function condaArchive(stem: string, payload: Uint8Array, info: Uint8Array): Uint8Array {
  return zipArchive([
    formatMember,
    { name: `pkg-${stem}.tar.zst`, content: zstdFrame(payload) },
    { name: `info-${stem}.tar.zst`, content: zstdFrame(info) },
  ]);
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
