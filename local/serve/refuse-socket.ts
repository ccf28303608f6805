import { type Server, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { systemErrorCode } from '../../adapters/system-error.ts';
import type { Turns } from './in-turn.ts';
import { clientOf, type ServedRequest } from './served-request.ts';

const statusByCode: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers what is no request for Node: what is malformed (400), too large (413, 431), too slow (408), or CONNECT (405).
 * Requests before it on its connection are answered first, then the connection ends.
 */
export function refuseSockets(server: Server, { afterAnswers }: Turns, log: (access: ServedRequest) => void): void {
  server.on('clientError', (error, socket) => {
    const code = systemErrorCode(error) ?? '';
    // All errors of reading HTTP have such a name; the others are the connection's.
    const isHttp = /^(?:HPE|ERR_HTTP)_/.test(code);
    if (!(socket instanceof Socket) || !isHttp) return void socket.destroy();
    // Whoever waits for the rest of an upload waits in vain, and ends it.
    if (socket.emit('unreadable')) return;
    // What is sent from here on is not read.
    socket.pause();
    afterAnswers(socket, () => end(socket, { status: statusByCode[code] ?? 400, method: '-' }, log));
  });
  server.on('connect', (_request, socket) => {
    // Node leaves the connection to this listener: an error that nobody hears ends the process.
    socket.on('error', () => undefined);
    if (!(socket instanceof Socket)) return void socket.destroy();
    afterAnswers(socket, () => end(socket, { status: 405, method: 'CONNECT' }, log));
  });
}

interface Refusal {
  readonly status: number;
  readonly method: string;
}

function end(socket: Socket, { status, method }: Refusal, log: (access: ServedRequest) => void): void {
  const facts = { path: '-', protocol: '-', agent: '-', bytes: 0, ms: 0 };
  const client = clientOf(socket);
  // Browsers open connections ahead, and leave some without a word.
  if (socket.bytesRead > 0) log({ type: 'serve.request', client, method, status, ...facts });
  if (socket.writable) {
    const allow = status === 405 ? 'Allow: GET, HEAD\r\n' : '';
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${allow}`;
    socket.write(`${head}Content-Length: 0\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy();
}
