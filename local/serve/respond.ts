import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TakeUpload } from '../upload/uploads.ts';
import { type Answer, answer, type NamedStore, textAnswer } from './answer.ts';
import { type OpenBody, openBody, sendBody, sliceBytesFor } from './body.ts';
import type { ServeLimits } from './limits.ts';
import { askedOf, type ServedRequest } from './served-request.ts';
import { exchangeUpload, uploadPlace } from './upload-exchange.ts';

export interface Responder {
  /** Answers one request from the store. Never rejects: what went wrong is in what it resolves to. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => Promise<ServedRequest>;
  /** How many requests are being answered. */
  readonly underWay: () => number;
}

/**
 * Answers from what is served within the limits: the more answers are under way, the less is read ahead for each.
 *
 * @param takeUpload without it uploads are answered as any POST
 */
export function responder(served: NamedStore, limits: ServeLimits, takeUpload?: TakeUpload): Responder {
  let underWay = 0;
  const sliceBytes = () => sliceBytesFor(underWay, limits.largeSlices);
  const read = async (request: IncomingMessage, response: ServerResponse): Promise<Told> => {
    discardBody(request, limits);
    const open: Open = (body) => openBody(request.method === 'HEAD' ? null : body, sliceBytes);
    const { answer, body } = await openAnswer(() => find(served, request, limits), open);
    const error = await send(response, { answer, body }, limits.stalledMs);
    return { status: answer.status, bytes: body.sent, ...(error !== undefined && { error }) };
  };
  return {
    underWay: () => underWay,
    async respond(request, response) {
      const [began, asked] = [performance.now(), askedOf(request)];
      underWay += 1;
      const to = takeUpload && refusedForm(request, limits.headers) === null ? uploadPlace(request) : null;
      const told =
        takeUpload && to !== null
          ? await exchangeUpload({ request, response, to, lingerMs: limits.lingerMs }, takeUpload)
          : await read(request, response);
      underWay -= 1;
      return { ...asked, ...told, ms: Math.round(performance.now() - began) };
    },
  };
}

type Told = Pick<ServedRequest, 'status' | 'bytes' | 'error'>;

async function find(served: NamedStore, request: IncomingMessage, limits: ServeLimits): Promise<Answer> {
  const refused = refusedForm(request, limits.headers);
  if (refused !== null) return textAnswer(refused, { Connection: 'close' });
  const { method = '', url: target = '', headers } = request;
  return answer(served, { method, target, headers });
}

/** RFC 9110 7.2: a name or an address in brackets, and a port; it may be empty. */
const hostGrammar = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * The status that refuses a request for its form, or null: 431 for too many headers, 400 unless there is one sound Host
 * header (RFC 9112 3.2), for two servers on the way could each believe another one of two.
 */
function refusedForm(request: IncomingMessage, maxHeaders: number): 400 | 431 | null {
  const { rawHeaders, headersDistinct, httpVersion } = request;
  // Names and values in turn.
  if (rawHeaders.length / 2 > maxHeaders) return 431;
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== '1.0')) return 400;
  return hosts.every((host) => hostGrammar.test(host)) ? null : 400;
}

/** Reads a request's body and throws it away; a client that sends more than `bodyBytes` is hung up on. */
function discardBody(request: IncomingMessage, { bodyBytes }: Pick<ServeLimits, 'bodyBytes'>): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length === undefined && encoding === undefined) return;
  let bytes = 0;
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > bodyBytes) request.socket.destroy();
  });
}

/** Resolves to what went wrong on the way, if anything did but the client's leaving. */
async function send(response: ServerResponse, { answer, body }: OpenAnswer, stalledMs: number): Promise<unknown> {
  try {
    response.writeHead(answer.status, { ...answer.headers, 'X-Content-Type-Options': 'nosniff' });
    await sendBody(response, body, stalledMs);
    return answer.error;
  } catch (error) {
    // The length is promised and part of the body is out: only a cut connection tells the client that it is not whole.
    response.destroy();
    return error;
  }
}

interface OpenAnswer {
  readonly answer: Answer;
  readonly body: OpenBody;
}

type Open = (body: Answer['body']) => Promise<OpenBody>;

/**
 * The answer and its bytes, the first slice already read. An index file replaced between finding and reading it is looked
 * up again, so that a request that meets a publication sees the new file and not a cut connection.
 */
async function openAnswer(find: () => Promise<Answer>, open: Open, attempts = 3): Promise<OpenAnswer> {
  try {
    const answer = await find();
    return { answer, body: await open(answer.body) };
  } catch (error) {
    if (attempts > 1) return openAnswer(find, open, attempts - 1);
    const answer = { ...textAnswer(500), error };
    return { answer, body: await open(answer.body) };
  }
}
