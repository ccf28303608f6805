import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chunkSize } from '../core/ports/byte-source.ts';
import type { FetchResponse } from '../core/ports/fetch.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { systemErrorCode } from './system-error.ts';

/** A GET of a `file:` URL: 404 where no regular file is, 304 when its ETag is the one that was sent. */
export async function fileFetch(url: URL, headers: Readonly<Record<string, string>>): Promise<FetchResponse> {
  const path = pathOf(url);
  const stats = await statFile(path);
  const etag = stats === null ? null : etagOf(stats);
  const status = etag === null ? 404 : headers['if-none-match'] === etag ? 304 : 200;
  const known: Readonly<Record<string, string>> = stats && etag ? { etag, 'content-length': `${stats.size}` } : {};
  return {
    status,
    url: url.href,
    header: (name) => known[name] ?? null,
    body: status === 200 ? fileBody(path, etag) : noBody(),
  };
}

/** The body of an answer that has none. */
export async function* noBody(): AsyncGenerator<Uint8Array> {}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new GatehouseError('upstream.unreachable', `${url.href} names no file of this machine`, { cause });
  }
}

async function statFile(path: string): Promise<BigIntStats | null> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? stats : null;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new GatehouseError('upstream.unreachable', `${path} cannot be read (${code})`, { cause });
  }
}

const etagOf = ({ ino, mtimeNs, size }: BigIntStats) => `"${ino}-${mtimeNs}-${size}"`;

async function* fileBody(path: string, etag: string | null): AsyncGenerator<Uint8Array> {
  try {
    await using file = await open(path);
    for (;;) {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(chunkSize) });
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    if (etagOf(await file.stat({ bigint: true })) !== etag) throw new Error('it changed meanwhile');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('upstream.body', `${path} could not be read to its end (${reason})`, {
      retry: true,
      cause,
    });
  }
}
