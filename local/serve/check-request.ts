import type { IncomingMessage } from 'node:http';
import type { ServeLimits } from './limits.ts';

/** RFC 9110 7.2: a name or an address in brackets, and a port; it may be empty. */
const hostGrammar = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * The status that refuses a request for its form, or null: 431 for too many headers, 400 unless there is one sound Host
 * header (RFC 9112 3.2), for two servers on the way could each believe another one of two.
 */
export function refusedForm(request: IncomingMessage, maxHeaders: number): 400 | 431 | null {
  const { rawHeaders, headersDistinct, httpVersion } = request;
  // Names and values in turn.
  if (rawHeaders.length / 2 > maxHeaders) return 431;
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== '1.0')) return 400;
  return hosts.every((host) => hostGrammar.test(host)) ? null : 400;
}

/** Reads a request's body and throws it away; a client that sends more than `bodyBytes` is hung up on. */
export function discardBody(request: IncomingMessage, { bodyBytes }: Pick<ServeLimits, 'bodyBytes'>): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length === undefined && encoding === undefined) return;
  let bytes = 0;
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > bodyBytes) request.socket.destroy();
  });
}
