import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../core/ports/store.ts';
import { type Answer, answer, textAnswer } from './answer.ts';
import { type OpenBody, openBody, sendBody, sliceBytesFor } from './body.ts';
import { discardBody, refusedForm } from './check-request.ts';
import type { ServeLimits } from './limits.ts';
import { askedOf, type ServedRequest } from './served-request.ts';

export interface Responder {
  /** Answers one request from the store. Never rejects: what went wrong is in what it resolves to. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => Promise<ServedRequest>;
  /** How many requests are being answered. */
  readonly underWay: () => number;
}

/** Answers from a store within the limits: the more answers are under way, the less is read ahead for each. */
export function responder(store: Store, limits: ServeLimits): Responder {
  let underWay = 0;
  const sliceBytes = () => sliceBytesFor(underWay, limits.largeSlices);
  return {
    underWay: () => underWay,
    async respond(request, response) {
      const [began, asked] = [performance.now(), askedOf(request)];
      underWay += 1;
      discardBody(request, limits);
      const open: Open = (body) => openBody(request.method === 'HEAD' ? null : body, sliceBytes);
      const { answer, body } = await openAnswer(() => find(store, request, limits), open);
      const error = await send(response, { answer, body }, limits.stalledMs);
      underWay -= 1;
      const ms = Math.round(performance.now() - began);
      return { ...asked, status: answer.status, bytes: body.sent, ms, ...(error !== undefined && { error }) };
    },
  };
}

async function find(store: Store, request: IncomingMessage, limits: ServeLimits): Promise<Answer> {
  const refused = refusedForm(request, limits.headers);
  if (refused !== null) return textAnswer(refused, { Connection: 'close' });
  const { method = '', url: target = '', headers } = request;
  return answer(store, { method, target, headers });
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
