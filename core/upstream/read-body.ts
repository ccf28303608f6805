import { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import { turnedOut } from '../archive/decode-through.ts';
import { chunkSize } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';

/** Passes bytes on, at most `cap` of them; throws `upstream.too-large` beyond. `what` names the document in errors. */
export async function* capped(body: AsyncIterable<Uint8Array>, cap: number, what: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > cap) throw new GatehouseError('upstream.too-large', `${what} is larger than ${cap} bytes`);
    yield bytes;
  }
}

/** Reads a whole body into memory, at most `cap` bytes; stops the transfer and throws `upstream.too-large` beyond. */
export async function readBounded(body: AsyncIterable<Uint8Array>, cap: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of capped(body, cap, what)) parts.push(bytes);
  return Buffer.concat(parts);
}

const space = 0x20;
const lessThan = 0x3c;

/**
 * Passes bytes on unless they start as a page does: some servers answer 200 and a page for files they do not have
 * (https://github.com/conda/conda/issues/13179), and a page must not be taken for an index. Throws `upstream.page`.
 */
export async function* refuseHtml(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  let isStart = true;
  for await (const bytes of body) {
    const first: number | undefined = isStart ? bytes.find((byte) => byte > space) : undefined;
    if (first === lessThan) {
      throw new GatehouseError('upstream.page', `${shownUrl(url)} answered with HTML`, {
        hint: 'Is this a channel? Its server must answer 404 for files it does not have.',
      });
    }
    isStart &&= first === undefined;
    yield bytes;
  }
}

/**
 * Decodes a zstd stream slice by slice (window at most 128 MiB, zlib's own bound). Only the first frame is read, as
 * conda's reader does. Errors of `body` come through; a cut stream is `upstream.body` (retry), a broken one the same
 * for good. `what` names the document in errors.
 */
export const unzstd = (body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> =>
  decoded(body, createZstdDecompress({ chunkSize }), { what, kind: 'zstd' });

/** Decodes a gzip stream (RFC 1952) slice by slice; errors as {@link unzstd}. */
export const gunzip = (body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> =>
  decoded(body, createGunzip({ chunkSize }), { what, kind: 'gzip' });

async function* decoded(
  body: AsyncIterable<Uint8Array>,
  decoder: Transform,
  { what, kind }: { readonly what: string; readonly kind: string },
): AsyncGenerator<Uint8Array> {
  try {
    yield* turnedOut(body, decoder);
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const isCut = cause instanceof Error && 'code' in cause && cause.code === 'Z_BUF_ERROR';
    const reason = isCut ? `ends before its ${kind} stream does` : `is not sound ${kind}`;
    throw new GatehouseError('upstream.body', `${what} ${reason}`, { retry: isCut, cause });
  }
}

/**
 * Decodes a `.msgpack.zst`. Throws `upstream.too-large` when it decodes to more than `cap` bytes and `upstream.body`
 * when it is not sound; `what` names the document in errors.
 */
export async function unpackMsgpack(bytes: Uint8Array, cap: number, what: string): Promise<unknown> {
  const decoded = await readBounded(unzstd(once(bytes), what), cap, what);
  try {
    return decode(decoded);
  } catch (cause) {
    throw new GatehouseError('upstream.body', `${what} is not sound msgpack`, { cause });
  }
}

/** Bytes in memory as a stream. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
