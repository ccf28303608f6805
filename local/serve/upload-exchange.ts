import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Throughput, withMinimumThroughput } from '../../adapters/minimum-throughput.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { jsonText } from '../render/json-text.ts';
import type { UploadAnswer } from '../upload/refusal.ts';
import type { TakeUpload, UploadRequest } from '../upload/uploads.ts';
import { clientOf } from './served-request.ts';

const uploadTarget = /^(?:https?:\/\/[^/?#]*)?\/(staging\/)?(?:(?:legacy|simple)\/?)?(?:\?.*)?$/i;

/** Where a request uploads to, or null when it is none to an address that takes uploads. */
export function uploadPlace({ method, url = '' }: IncomingMessage): UploadRequest['to'] | null {
  const found = method === 'POST' ? uploadTarget.exec(url) : null;
  if (found === null) return null;
  return found[1] === undefined ? 'channel' : 'staging';
}

export interface UploadExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly to: UploadRequest['to'];
  /** As the limits of a server have it. */
  readonly lingerMs: number;
}

/** Answers one upload, over a connection that ends unless all that was sent was read. */
export async function exchangeUpload(
  exchange: UploadExchange,
  take: TakeUpload,
): Promise<{ status: number; bytes: number; error?: unknown }> {
  const { request, response, to } = exchange;
  const { headers, socket } = request;
  const goOn = () => {
    if (/^100-continue$/i.test(headers.expect ?? '')) response.writeContinue();
  };
  const cut = () => void request.destroy();
  socket.once('unreadable', cut);
  const form = (minimum: Throughput) => formOf(request, minimum);
  const answer = await take({ to, headers, client: clientOf(socket), goOn, form });
  socket.off('unreadable', cut);
  const bytes = await send(answer, exchange);
  return { status: answer.status, bytes, ...(answer.error !== undefined && { error: answer.error }) };
}

/** A request's body. Whoever stops reading it leaves the connection as it is, so that it can be answered. */
function formOf(request: IncomingMessage, minimum: Throughput): AsyncIterable<Uint8Array> {
  const iterator = request.iterator({ destroyOnReturn: false });
  const stop = () => void iterator.return?.();
  return withMinimumThroughput({ [Symbol.asyncIterator]: () => iterator }, { what: 'the upload', minimum, stop });
}

/** The bytes of the body that were sent. */
async function send(
  { status, message, headers = {} }: UploadAnswer,
  { request, response, lingerMs }: UploadExchange,
): Promise<number> {
  const json = /application\/json/i.test(request.headers.accept ?? '');
  const body = Buffer.from(json ? `${jsonText({ message })}\n` : `${shownLine(message)}\n`);
  response.writeHead(status, reasonPhrase(status, message), {
    ...headers,
    'Content-Type': json ? 'application/json' : 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(!request.complete && { Connection: 'close' }),
  });
  response.write(body);
  await restOf(request, lingerMs);
  response.end();
  return body.length;
}

const longestReason = 400;

/** twine, poetry and hatch show this and not the body; it is one line of ISO 8859-1 (RFC 9112 4). */
function reasonPhrase(status: number, message: string): string {
  if (status === 200) return STATUS_CODES[200] ?? '';
  const line = `${STATUS_CODES[status]}: ${shownLine(message)}`.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
  return line.length > longestReason ? `${line.slice(0, longestReason)}...` : line;
}

/**
 * Reads what still comes of a request, to its end or for so long, and throws it away: a client that sends its whole form
 * before it reads would else find a cut connection and no answer.
 */
function restOf(request: IncomingMessage, lingerMs: number): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, lingerMs);
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    request.once('end', over).once('close', over).resume();
  });
}
