import { spawn } from 'node:child_process';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { buildPackage, buildPackageBy } from '../../local/sample/build-package.ts';
import { generatePackages, type PackagesShape } from './generate-packages.ts';

/**
 * The folder of a channel with generated packages and no index, kept below `cache` for the next run. Their bzip2 streams
 * are of the system's `bzip2 -9`, which is how conda-build's look: blocks of 900 kB.
 */
export async function benchPackages(cache: string, name: string, shape: PackagesShape): Promise<string> {
  const folder = join(cache, name);
  if (await stat(folder).catch(() => null)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(join(unfinished, shape.subdir), { recursive: true });
  const specs = generatePackages(shape);
  const worker = async () => {
    for (const spec of specs) {
      const { filename, bytes } = await buildPackageBy(bzip2, spec);
      await writeFile(join(unfinished, shape.subdir, filename), bytes);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  await rename(unfinished, folder);
  return folder;
}

async function bzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const child = spawn('bzip2', ['-9', '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(bytes);
  return await buffer(child.stdout);
}

/** Writes one more package, of a name that comes in the middle of a generated subdir; the same for the same number. */
export async function onePackage(folder: string, number: number, subdir = 'linux-64'): Promise<string> {
  const spec = { name: `lib-new-${number}`, version: '1.0', build: 'h5eee18b_0', subdir };
  const files = [{ path: `lib/new-${number}.so`, size: 5000 }];
  const { filename, bytes } = await buildPackage({ ...spec, format: '.conda', files });
  await writeFile(join(folder, filename), bytes);
  return join(folder, filename);
}
