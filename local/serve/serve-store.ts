import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { systemErrorCode } from '../../adapters/system-error.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { respond, type ServedRequest } from './respond.ts';

export interface ServeOptions {
  readonly store: Store;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Gets each request once its answer is out, or cut. */
  readonly log?: (access: ServedRequest) => void;
  /** How long `close` waits for answers on their way before it cuts them; milliseconds. */
  readonly graceMs?: number;
}

export interface ServedStore extends AsyncDisposable {
  /** `http://HOST:PORT`, no slash at its end; a channel is at `URL/conda`. */
  readonly url: string;
  /** Takes no new connection, lets answers on their way finish, and resolves when every socket is closed. */
  close(): Promise<void>;
}

/** Milliseconds; idle sockets are kept for as long as clients keep them in their pools. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000 };
const stalledAfterMs = 120_000;

/**
 * Serves a store over HTTP as CloudFront would (docs/decisions.md 8 and 9): GET and HEAD, conditions, single ranges.
 *
 * @throws GatehouseError `usage.invalid` when the port or host cannot be listened on
 */
export async function serveStore(options: ServeOptions): Promise<ServedStore> {
  const { port, host = '127.0.0.1', graceMs = 10_000 } = options;
  const server = createServer({ ...timeouts, maxHeaderSize: 16 * 1024 }, inTurn(options));
  server.setTimeout(stalledAfterMs);
  const close = gracefulClose(server, graceMs);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(cause, port, host);
  }
  return { url: urlOf(server), close, [Symbol.asyncDispose]: close };
}

/** Answers the requests of one connection one after another: those a client sends ahead wait without their bytes. */
function inTurn({
  store,
  log = () => undefined,
}: ServeOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const last = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const before = last.get(request.socket) ?? Promise.resolve();
    const done = before.then(async () => log(await respond(store, request, response)));
    last.set(request.socket, done);
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  const host = address.address.includes(':') ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function listenError(cause: unknown, port: number, host: string): GatehouseError {
  if (systemErrorCode(cause) === 'EADDRINUSE') {
    const hint = 'choose another with --port, or 0 for any that is free';
    return new GatehouseError('usage.invalid', `port ${port} is taken`, { hint, cause });
  }
  const hint = 'choose others with --host and --port';
  return new GatehouseError('usage.invalid', `cannot listen on ${host} port ${port}`, { hint, cause });
}

/**
 * A way to close a server that has not begun to listen yet: no new connection is taken, requests on their way are
 * answered, everything else is hung up on. Node ends only the sockets that are idle when `server.close` is called, and
 * takes one that has asked nothing yet (a browser opens such ahead) for a busy one.
 *
 * @param graceMs milliseconds until what is still on its way is cut
 */
function gracefulClose(server: Server, graceMs: number): () => Promise<void> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request, response) => {
    silent.delete(request.socket);
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
  });
  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const socket of silent) socket.destroy();
    });
}
