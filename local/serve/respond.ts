import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { chunkSize, chunksOf } from '../../core/ports/byte-source.ts';
import type { Store } from '../../core/ports/store.ts';
import { type Answer, answer, type SourcePart, textAnswer } from './answer.ts';

/** One request as an access log tells it. */
export interface ServedRequest {
  readonly type: 'serve.request';
  readonly method: string;
  /** As asked for, without the query; the token of `/t/TOKEN/` is masked. */
  readonly path: string;
  readonly status: number;
  /** Bytes of the body handed to the connection: fewer than promised when the client left or the object changed. */
  readonly bytes: number;
  /** Why the store could not answer (500), or why the connection was ended in the middle of a body. */
  readonly error?: unknown;
}

/** Answers one request from the store. Never rejects: what went wrong is in what it resolves to. */
export async function respond(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ServedRequest> {
  const { method = '', url: target = '', headers } = request;
  const opened = await openAnswer(() => answer(store, { method, target, headers }), method === 'HEAD');
  const sent = { bytes: 0 };
  const error = (await send(response, opened, sent)) ?? opened.error;
  const { status } = opened.answer;
  const access = { type: 'serve.request', method, path: loggedPath(target), status, bytes: sent.bytes } as const;
  return error === undefined ? access : { ...access, error };
}

/** Resolves to what went wrong on the way, if anything did but the client's leaving. */
async function send(response: ServerResponse, { answer, chunks }: OpenedAnswer, sent: Sent): Promise<unknown> {
  try {
    response.strictContentLength = true;
    response.writeHead(answer.status, { ...answer.headers, 'X-Content-Type-Options': 'nosniff' });
    await pipeline(counted(chunks, sent), response);
    return undefined;
  } catch (error) {
    // The length is promised and part of the body is out: only a cut connection tells the client that it is not whole.
    response.destroy();
    return clientLeft(error) ? undefined : error;
  }
}

interface OpenedAnswer {
  readonly answer: Answer;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly error?: unknown;
}

/**
 * The answer and its bytes, the first slice already read. An index file replaced between finding and reading it is looked
 * up again, so that a request that meets a publication sees the new file and not a cut connection.
 */
async function openAnswer(find: () => Promise<Answer>, headOnly: boolean, attempts = 3): Promise<OpenedAnswer> {
  try {
    const found = await find();
    return { answer: found, chunks: await openBody(headOnly ? null : found.body) };
  } catch (error) {
    if (attempts > 1) return openAnswer(find, headOnly, attempts - 1);
    const failed = textAnswer(500);
    return { answer: failed, chunks: await openBody(headOnly ? null : failed.body), error };
  }
}

async function openBody(part: SourcePart | null): Promise<AsyncIterable<Uint8Array>> {
  if (part === null || part.start === part.end) return slices([]);
  const second = Math.min(part.end, part.start + chunkSize);
  return slices([await part.source.read(part.start, second)], chunksOf(part.source, second, part.end));
}

async function* slices(first: readonly Uint8Array[], rest?: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  if (rest !== undefined) yield* rest;
}

interface Sent {
  bytes: number;
}

async function* counted(chunks: AsyncIterable<Uint8Array>, sent: Sent): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    sent.bytes += chunk.length;
    yield chunk;
  }
}

function loggedPath(target: string): string {
  return target.replace(/\?.*$/s, '').replace(/\/t\/[^/]+/i, '/t/***');
}

const leavingCodes: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];

function clientLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && leavingCodes.includes(error.code);
}
