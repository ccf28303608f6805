import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A connection on which anything can be said. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).setEncoding('latin1');
}

/** Sends the text as it is, one character a byte, and gives all that comes back until the server hangs up. */
export async function exchange(url: string, request: string): Promise<string> {
  const socket = openSocket(url);
  socket.write(request, 'latin1');
  return await text(socket);
}

export interface RawRequest {
  readonly target: string;
  readonly method?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const rawRequest = ({ target, method = 'GET', accept, headers = {} }: RawRequest): string => {
  const accepted = accept === undefined ? {} : { Accept: accept };
  const fields = Object.entries({ Host: 'x', Connection: 'close', ...accepted, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`;
};

export interface RawResponse {
  readonly status: number;
  readonly body: string;
}

/** Reads back one response with a Content-Length. */
export function parseResponse(response: string): RawResponse {
  const [head = ''] = response.split('\r\n\r\n', 1);
  return { status: Number(head.split(' ')[1]), body: response.slice(head.length + 4) };
}
