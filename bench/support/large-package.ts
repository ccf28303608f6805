import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tarSize, writeTar } from '../../core/archive/tar/write-tar.ts';
import { measured } from '../../core/archive/zip/write-zip.ts';
import { encodeZstd } from '../../core/archive/zstd/encode-zstd.ts';
import { digestStream } from '../../core/names/digest.ts';
import { condaOf } from '../../core/package/write-conda.ts';
import { chunkSize } from '../../core/ports/byte-source.ts';
import { incompressibleChunks, type PackageFile } from '../../local/sample/build-package.ts';
import { packageIndex, type SampleMetadata, sampleInfo, stemOf, timeOf } from '../../local/sample/package-metadata.ts';

/** 4,000 MiB: leaves room below 4 GiB for what zstd and the headers add. */
const maxPayloadBytes = 4000 * 2 ** 20;

export interface LargePackageSpec extends SampleMetadata {
  /** Bytes of its one payload file, which does not compress: the package is that much and a little more. */
  readonly sizeBytes: number;
}

/**
 * Writes a `.conda` of up to 4,000 MiB to `<folder>/<filename>`, in constant memory. The same spec gives the same bytes.
 *
 * @throws RangeError when it would need ZIP64
 */
export async function buildLargePackage(spec: LargePackageSpec, folder: string): Promise<PackageFile> {
  const stem = stemOf(spec);
  if (spec.sizeBytes > maxPayloadBytes) throw new RangeError(`${stem}: ${spec.sizeBytes} bytes need ZIP64`);
  const index = packageIndex(spec);
  const payload = payloadOf(spec);
  const digests = await digestStream(payload.open());
  const mtime = Math.floor(timeOf(spec) / 1000);
  const info = sampleInfo(spec, index, [{ path: payload.path, sha256: digests.sha256, size: payload.size }]);
  const infoTar = { size: tarSize(info), open: () => writeTar(info, mtime) };
  const file = join(folder, `${stem}.conda`);
  const pkg = await measured(`pkg-${stem}.tar.zst`, () => storedZstdFrame(writeTar([payload], mtime)));
  await writeFile(file, condaOf(pkg, await measured(`info-${stem}.tar.zst`, () => encodeZstd(infoTar))));
  const made = await digestStream(createReadStream(file, { highWaterMark: chunkSize }));
  return { subdir: spec.subdir, filename: `${stem}.conda`, index, digests: made };
}

function payloadOf(spec: LargePackageSpec) {
  const chunks = async function* () {
    yield* incompressibleChunks(stemOf(spec), spec.sizeBytes);
  };
  return { path: `share/${spec.name}/payload.bin`, size: spec.sizeBytes, open: chunks };
}

/** RFC 8878: no block holds more. */
const maxBlockBytes = 128 * 1024;
const rawBlock = 0;

/** One zstd frame of raw blocks (RFC 8878): what does not compress is not worth the minutes of trying. */
async function* storedZstdFrame(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const windowDescriptor = 7 << 3; // 2^(10 + 7) bytes
  yield Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor);
  for await (const bytes of chunks) {
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
