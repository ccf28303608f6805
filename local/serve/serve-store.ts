import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { systemErrorCode } from '../../adapters/system-error.ts';
import { defaultChannelName } from '../../core/layout/keys.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { TakeUpload } from '../upload/uploads.ts';
import type { NamedStore } from './answer.ts';
import { inTurn } from './in-turn.ts';
import { type ServeLimits, usualLimits } from './limits.ts';
import { refuseSockets } from './refuse-socket.ts';
import { responder } from './respond.ts';
import type { ServedRequest } from './served-request.ts';
import { uploadPlace } from './upload-exchange.ts';

export interface ServeOptions extends Pick<NamedStore, 'store'>, Partial<Pick<NamedStore, 'name'>> {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Gets each request once its answer is out, or cut; must not throw. */
  readonly log?: (access: ServedRequest) => void;
  readonly limits?: Partial<ServeLimits>;
  /** Answers what is uploaded. */
  readonly takeUpload?: TakeUpload | undefined;
}

export interface ServedStore extends AsyncDisposable {
  /** `http://HOST:PORT`, no slash at its end; a channel is at `URL/NAME`, and at `URL/conda`. */
  readonly url: string;
  /** How many requests are being answered. */
  underWay(): number;
  /** Takes no new connection, lets answers on their way finish, and resolves when every socket is closed. */
  close(): Promise<void>;
}

/**
 * Serves a store over HTTP as CloudFront would (docs/decisions.md 8 and 9): GET and HEAD, conditions, single ranges; and
 * `/healthz`, which CloudFront has not. Whatever clients do, it takes no more memory than the limits say.
 *
 * @throws GatehouseError `usage.invalid` when the port or host cannot be listened on
 */
export async function serveStore(options: ServeOptions): Promise<ServedStore> {
  const {
    store,
    name = () => defaultChannelName,
    port,
    host = '127.0.0.1',
    log = () => undefined,
    takeUpload,
  } = options;
  const limits = { ...usualLimits, ...options.limits };
  const { respond, underWay } = responder({ store, name }, limits, takeUpload);
  const turns = inTurn(async (request, response) => log(await respond(request, response)), limits.waitingRequests);
  const server = limitedServer(limits);
  server.on('request', turns.answer);
  endLateBodies(server, limits.requestMs, (request) => takeUpload !== undefined && uploadPlace(request) !== null);
  // Nobody's body is waited for but an upload's, so nobody else is told to go on with one.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (...exchange) => server.emit('request', ...exchange));
  refuseSockets(server, turns, log);
  const close = gracefulClose(server, limits.graceMs);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(cause, port, host);
  }
  return { url: urlOf(server), underWay, close, [Symbol.asyncDispose]: close };
}

function limitedServer({ connections, headBytes, headMs, idleMs, stalledMs }: ServeLimits): Server {
  const server = createServer({
    maxHeaderSize: headBytes,
    headersTimeout: headMs,
    // Node's limit would end uploads as well: `endLateBodies`.
    requestTimeout: 0,
    keepAliveTimeout: idleMs,
    // By default Node looks twice a minute which requests are late.
    connectionsCheckingInterval: Math.min(1000, headMs),
    // Here it is asked for with the other rules of a request's form.
    requireHostHeader: false,
  });
  server.maxConnections = connections;
  server.on('drop', () => server.closeIdleConnections());
  return server.setTimeout(stalledMs);
}

const lateCode = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Ends requests whose bodies are not there in time, as Node's `requestTimeout` does, but for those that upload. */
function endLateBodies(server: Server, requestMs: number, isUpload: (request: IncomingMessage) => boolean): void {
  server.on('request', (request) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if ((length === undefined && encoding === undefined) || isUpload(request)) return;
    const late = Object.assign(new Error('the request is late'), { code: lateCode });
    const timer = setTimeout(() => server.emit('clientError', late, request.socket), requestMs);
    request.once('close', () => clearTimeout(timer));
  });
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
        // Node tells a cut answer of it a round of its loop later: without a timer the process ends before the log has it.
        setTimeout(resolve);
      });
      for (const socket of silent) socket.destroy();
    });
}
