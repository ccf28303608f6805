import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { digestStream } from '../../core/names/digest.ts';
import { chunkSize } from '../../core/ports/byte-source.ts';
import {
  formatMember,
  incompressibleChunks,
  mtimeOf,
  type PackageFile,
  zstdFrame,
} from '../../local/sample/build-package.ts';
import { infoMembers, packageIndex, type SampleMetadata, stemOf } from '../../local/sample/package-metadata.ts';
import { tarArchive, tarEnd, tarHeader, tarPadding } from '../../local/sample/tar-write.ts';
import { type StoredEntry, zipDirectory, zipLocalHeader } from '../../local/sample/zip-write.ts';

export interface LargePackageSpec extends SampleMetadata {
  /** Bytes of its one payload file, which does not compress: the package is that much and a little more. */
  readonly sizeBytes: number;
}

/** 4,000 MiB: leaves room below 4 GiB for what zstd and the headers add. */
const maxPayloadBytes = 4000 * 2 ** 20;

/**
 * Writes a `.conda` of up to 4,000 MiB to `<folder>/<filename>`, in constant memory. The same spec gives the same
 * bytes.
 *
 * @throws RangeError when it would need ZIP64
 */
export async function buildLargePackage(spec: LargePackageSpec, folder: string): Promise<PackageFile> {
  if (spec.sizeBytes > maxPayloadBytes) throw new RangeError(`${stemOf(spec)}: ${spec.sizeBytes} bytes need ZIP64`);
  const filename = `${stemOf(spec)}.conda`;
  const path = join(folder, filename);
  const index = packageIndex(spec);
  await using file = await open(path, 'w');
  await writeConda(file, spec, index);
  const digests = await digestStream(createReadStream(path, { highWaterMark: chunkSize }));
  return { subdir: spec.subdir, filename, index, digests };
}

async function writeConda(file: FileHandle, spec: LargePackageSpec, index: PackageFile['index']): Promise<void> {
  const path = `share/${spec.name}/payload.bin`;
  const sha256 = createHash('sha256');
  const payload = storedZstdFrame(payloadTar(spec, path, sha256));
  const format = await writeMember(file, { name: formatMember.name, offset: 0 }, [formatMember.content]);
  const pkg = await writeMember(file, { name: `pkg-${stemOf(spec)}.tar.zst`, offset: format.end }, payload);
  const packed = { path, sha256: sha256.digest('hex'), size: spec.sizeBytes };
  const info = zstdFrame(tarArchive(infoMembers(spec, index, [packed]), mtimeOf(spec)));
  const last = await writeMember(file, { name: `info-${stemOf(spec)}.tar.zst`, offset: pkg.end }, [info]);
  const directory = zipDirectory([format.entry, pkg.entry, last.entry], last.end);
  await file.write(directory, 0, directory.length, last.end);
}

function* payloadTar(
  spec: LargePackageSpec,
  path: string,
  sha256: { update(bytes: Uint8Array): unknown },
): Generator<Uint8Array> {
  yield tarHeader({ path, size: spec.sizeBytes, mtime: mtimeOf(spec) });
  for (const bytes of incompressibleChunks(stemOf(spec), spec.sizeBytes)) {
    sha256.update(bytes);
    yield bytes;
  }
  yield tarPadding(spec.sizeBytes);
  yield tarEnd;
}

/** The member's bytes first, then the header before them, which states their size and crc. */
async function writeMember(
  file: FileHandle,
  { name, offset }: { name: string; offset: number },
  chunks: Iterable<Uint8Array>,
): Promise<{ entry: StoredEntry; end: number }> {
  let end = offset + zipLocalHeader({ name, offset, size: 0, crc: 0 }).length;
  let size = 0;
  let crc = 0;
  for (const bytes of chunks) {
    await file.write(bytes, 0, bytes.length, end);
    end += bytes.length;
    size += bytes.length;
    crc = crc32(bytes, crc);
  }
  const entry = { name, size, crc, offset };
  const header = zipLocalHeader(entry);
  await file.write(header, 0, header.length, offset);
  return { entry, end };
}

/** RFC 8878: no block holds more. */
const maxBlockBytes = 128 * 1024;
const rawBlock = 0;

/**
 * One zstd frame of raw blocks (RFC 8878), for bytes that do not compress and need not be in memory at once. Node's
 * createZstdCompress is no use here: ended while a write is pending it adds a second, empty frame (seen in 24.21).
 */
export function* storedZstdFrame(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const windowDescriptor = 7 << 3; // 2^(10 + 7) bytes
  yield Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor);
  for (const bytes of chunks) {
    for (let at = 0; at < bytes.length; at += maxBlockBytes) {
      const block = bytes.subarray(at, at + maxBlockBytes);
      yield blockHeader(block.length, false);
      yield block;
    }
  }
  yield blockHeader(0, true);
}

function blockHeader(size: number, last: boolean): Uint8Array {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (rawBlock << 1) | Number(last), 0, 3);
  return header;
}
