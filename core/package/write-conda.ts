import type { SizedBytes } from '../archive/sized-bytes.ts';
import { sizedBytes } from '../archive/sized-bytes.ts';
import { type TarFile, tarSize, writeTar } from '../archive/tar/write-tar.ts';
import { measured, type StoredMember, writeZip } from '../archive/zip/write-zip.ts';
import { encodeZstd } from '../archive/zstd/encode-zstd.ts';
import { canonicalJson } from '../json/json.ts';

export interface CondaContents {
  /** `name-version-build` (CEP 26). */
  readonly stem: string;
  /** What is installed, in the order in which it is packed. */
  readonly payload: readonly TarFile[];
  /** The members of `info/`, in the order in which they are packed. */
  readonly info: readonly TarFile[];
  /** The members' mtime, in milliseconds since the epoch. */
  readonly timestamp: number;
}

/**
 * Streams a `.conda` (CEP 35), the info tarball last, as conda's own writers do, so that the file's tail holds all that
 * a reader of metadata needs. The same contents give the same bytes, for one version of zstd. Memory is 32 MiB for each
 * tarball that is no larger; a larger one is packed twice, since its size and CRC stand before it.
 *
 * @throws GatehouseError `package.refused` with `A13.member` or `A13.zip64` for what these formats cannot say
 */
export async function* writeConda(contents: CondaContents): AsyncGenerator<Uint8Array> {
  const { stem, payload, info, timestamp } = contents;
  const pkgTarball = await tarball(`pkg-${stem}.tar.zst`, payload, timestamp);
  const infoTarball = await tarball(`info-${stem}.tar.zst`, info, timestamp);
  yield* condaOf(pkgTarball, infoTarball);
}

function tarball(name: string, files: readonly TarFile[], timestamp: number): Promise<StoredMember> {
  const mtime = Math.floor(timestamp / 1000);
  const tar: SizedBytes = { size: tarSize(files), open: () => writeTar(files, mtime) };
  return measured(name, () => encodeZstd(tar));
}

/** A `.conda` of two tarballs that are packed already. */
export async function* condaOf(pkg: StoredMember, info: StoredMember): AsyncGenerator<Uint8Array> {
  const format = sizedBytes(canonicalJson({ conda_pkg_format_version: 2 }));
  yield* writeZip([await measured('metadata.json', format.open), pkg, info], 0);
}

/** A file of the payload as `info/` lists it. */
export interface PackagedFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** What the installer replaces by the path of its prefix, in this text file. */
  readonly placeholder?: string;
}

export interface InfoContents {
  /** `info/index.json`. */
  readonly index: Readonly<Record<string, unknown>>;
  readonly about: Readonly<Record<string, unknown>>;
  /** Of a `noarch: python` package: its commands, as `name = module:function`. */
  readonly entryPoints?: readonly string[];
  readonly runExports?: Readonly<Record<string, readonly string[]>> | undefined;
  /** In the order in which they are packed. */
  readonly files: readonly PackagedFile[];
}

/** The members of `info/` (CEP 34) but for the licences, in order of path. */
export function infoMembers({ index, about, entryPoints, runExports, files }: InfoContents): TarFile[] {
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['info/about.json', canonicalJson(about)],
    ['info/files', files.map(({ path }) => `${path}\n`).join('')],
    ['info/git', ''],
    ['info/hash_input.json', '{}'],
    ['info/index.json', canonicalJson(index)],
    ['info/link.json', entryPoints && linkJson(entryPoints)],
    ['info/paths.json', pathsJson(files)],
    ['info/run_exports.json', runExports && canonicalJson(runExports)],
  ];
  return texts.flatMap(([path, text]) => (text === undefined ? [] : [{ path, ...sizedBytes(text) }]));
}

function linkJson(commands: readonly string[]): string {
  const noarch = { type: 'python', ...(commands.length > 0 && { entry_points: commands }) };
  return canonicalJson({ noarch, package_metadata_version: 1 });
}

function pathsJson(files: readonly PackagedFile[]): string {
  const paths = files.map(({ path, sha256, size, placeholder }) => ({
    _path: path,
    path_type: 'hardlink',
    sha256,
    size_in_bytes: size,
    ...(placeholder !== undefined && { prefix_placeholder: placeholder, file_mode: 'text' }),
  }));
  return canonicalJson({ paths, paths_version: 1 });
}
