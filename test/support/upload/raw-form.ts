import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { buildWheel } from '../python/build-wheel.ts';
import { openSocket } from '../served/raw-http.ts';
import { acmeWheel } from './upload-scene.ts';

export const boundary = '----acme';

/** A part of a form: its head, and what it holds. */
export const part = (disposition: string, content: string, head = ''): string =>
  `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${head}\r\n${content}\r\n`;

export const fieldPart = (name: string, value: string): string => part(`name="${name}"`, value);

export const filePart = (content: string, fileName = acmeWheel): string =>
  part(`name="content"; filename="${fileName}"`, content, 'Content-Type: application/octet-stream\r\n');

export const formEnd = `--${boundary}--\r\n`;

const hash = (content: string) => createHash('sha256').update(content, 'latin1').digest('hex');

/** The fields of a form for this content, as it is sent: one character a byte. */
export const usualFields = (content: string): string =>
  Object.entries({ ':action': 'file_upload', name: 'acme-tool', version: '1.0', sha256_digest: hash(content) })
    .map(([name, value]) => fieldPart(name, value))
    .join('');

/** A form for a file, sound. */
export const soundForm = (content: string): string => usualFields(content) + filePart(content) + formEnd;

export const formHead = (headers: Readonly<Record<string, string>> = {}, target = '/legacy/'): string => {
  const all = {
    Host: 'x',
    Authorization: `Basic ${btoa('__token__:everything')}`,
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
};

/** A body in chunks of HTTP. */
const chunked = (...chunks: readonly string[]): string =>
  [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');

/** Sends a request in pieces, each when the connection took the one before, and gives what came back till it ended. */
export async function sendPieces(url: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<string> {
  const socket = openSocket(url);
  const said = text(socket).catch(() => 'cut');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  let drained = () => {};
  socket.on('drain', () => drained());
  for await (const piece of pieces) {
    if (socket.destroyed) break;
    if (socket.write(piece, 'latin1')) continue;
    await new Promise<void>((resolve) => {
      drained = resolve;
      void closed.then(() => resolve());
    });
  }
  return said;
}

/** The smallest sound wheel, one character a byte. */
export const soundWheel = Buffer.from(buildWheel({ fileName: acmeWheel })).toString('latin1');

const close = { Connection: 'close' };

/** A whole request that says how long its body is. */
export const sized = (body: string, headers: Readonly<Record<string, string>> = {}): string =>
  formHead({ ...close, 'Content-Length': `${body.length}`, ...headers }) + body;

/** A whole request in chunks. */
export const inChunks = (...chunks: readonly string[]): string =>
  formHead({ ...close, 'Transfer-Encoding': 'chunked' }) + chunked(...chunks);
