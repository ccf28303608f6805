import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { sha256Of } from '../../core/names/digest.ts';
import { buildTar } from '../../test/support/archives/build-tar.ts';
import { buildZip } from '../../test/support/archives/build-zip.ts';
import { seededRandom } from '../../test/support/random.ts';

const fileBytes = 50_000;
const stem = 'large-1.0-0';

/**
 * Writes a `.conda` of files of 50 kB to `<folder>/linux-64/`, half of each text, half noise: some 60 in a hundred of its bytes are left
 * when it is packed. The same size gives the same bytes.
 *
 * @param unpackedBytes what it is to have unpacked
 * @returns its path
 */
export async function buildManyFiles(folder: string, unpackedBytes: number): Promise<string> {
  const random = seededRandom(1);
  const files = Array.from({ length: Math.ceil(unpackedBytes / fileBytes) }, (_, i) => {
    const noise = Buffer.alloc(fileBytes / 2);
    for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
    const text = `def function_${i}(argument):\n    return argument + ${i}\n`.repeat(fileBytes).slice(0, fileBytes / 2);
    return { name: `lib/module_${i}.py`, data: Buffer.concat([Buffer.from(text), noise]) };
  });
  const paths = files.map(({ name, data }) => {
    return { _path: name, path_type: 'hardlink', sha256: sha256Of(data), size_in_bytes: data.length };
  });
  const index = { name: 'large', version: '1.0', build: '0', build_number: 0, subdir: 'linux-64', depends: [] };
  const info = buildTar(
    { name: 'info/index.json', data: JSON.stringify(index) },
    { name: 'info/paths.json', data: JSON.stringify({ paths_version: 1, paths }) },
  );
  const bytes = buildZip([
    { name: 'metadata.json', data: '{"conda_pkg_format_version": 2}' },
    { name: `pkg-${stem}.tar.zst`, data: zstdCompressSync(buildTar(...files)) },
    { name: `info-${stem}.tar.zst`, data: zstdCompressSync(info) },
  ]);
  await mkdir(join(folder, 'linux-64'), { recursive: true });
  const path = join(folder, 'linux-64', `${stem}.conda`);
  await writeFile(path, bytes);
  return path;
}
