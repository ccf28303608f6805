import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Log } from '../../core/ports/log.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { OfferedFile } from '../../core/publish/publication.ts';
import { stageBytes } from '../../core/python-index/stage-bytes.ts';

interface LocalFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Stages files of this machine to be published. All paths are looked at before the first is read.
 *
 * @param held takes what is staged, which lasts as long
 * @throws GatehouseError `usage.invalid` for a path at which is no file
 */
export async function stageFiles(
  paths: readonly string[],
  { store, log }: { readonly store: Store; readonly log: Log },
  held: AsyncDisposableStack,
): Promise<OfferedFile[]> {
  const files = await Promise.all(paths.map(localFile));
  log({ type: 'publish.reading', files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) });
  const offered: OfferedFile[] = [];
  for (const file of files) {
    const received = held.use(await stageBytes(reading(file, log), { store }));
    log({ type: 'publish.read', key: file.path, size: received.digests.size });
    offered.push({ ...received, fileName: basename(file.path) });
  }
  return offered;
}

async function localFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return { path, size: found.size };
  const what = found === null ? 'is not there' : found.isDirectory() ? 'is a folder' : 'is no file';
  const hint = found?.isDirectory()
    ? `name the files in it: ${path.replace(/\/+$/, '')}/*`
    : 'name files that were built';
  throw new GatehouseError('usage.invalid', `${path} ${what}`, { hint });
}

const progressStepBytes = 1024 ** 2;

async function* reading({ path, size }: LocalFile, log: Log): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const bytes of createReadStream(path, { highWaterMark: progressStepBytes })) {
    received += bytes.length;
    log({ type: 'publish.progress', key: path, received, size });
    yield bytes;
  }
}
