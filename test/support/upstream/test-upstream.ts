import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';

export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

export interface TestUpstream extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: readonly string[];
}

/** A server whose answer to each request is the next of `answers`, the last one for ever after. */
export async function testUpstream(...answers: readonly Answer[]): Promise<TestUpstream> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request.url ?? '');
    // A client that hangs up is part of the play.
    response.on('error', () => {});
    answer?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const ok =
  (body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(200, { 'content-length': body.length, ...headers }).end(body);

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('an error page');

/** Says `length` bytes are coming, sends `body` and hangs up. */
export const cut =
  (body: Uint8Array, length: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': length });
    response.write(body, () => response.destroy());
  };

/** Hangs up before it says anything. */
export const hangUp: Answer = (response) => response.destroy();

/** Sends the body, however long, under another length; HTTP's framing is what is left to notice. */
export const mislabelled =
  (body: Uint8Array, length: number): Answer =>
  (response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
    response.socket?.end(body);
  };

/** One byte at a time. */
export const trickle =
  (body: Uint8Array): Answer =>
  async (response) => {
    response.writeHead(200, { 'content-length': body.length });
    for (const byte of body) {
      response.write(Uint8Array.of(byte));
      await setImmediate();
    }
    response.end();
  };

/** Never ends; gives up when the client does. */
export const endless: Answer = (response) => {
  response.writeHead(200);
  const more = (): void => {
    if (!response.destroyed && response.write(Buffer.alloc(65_536))) globalThis.setImmediate(more);
  };
  response.on('drain', more);
  more();
};
