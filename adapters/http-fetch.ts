import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Fetch, FetchResponse } from '../core/ports/fetch.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { shownUrl } from '../core/problems/shown-url.ts';
import { isLocalHost } from '../core/upstream/local-host.ts';
import { gunzip } from '../core/upstream/read-body.ts';
import gatehouse from '../package.json' with { type: 'json' };
import { connectionError, proxyRefusal } from './connection-error.ts';
import { fileFetch, noBody } from './file-fetch.ts';
import { type AgentOptions, httpAgents, type Way } from './http-agents.ts';
import type { Network } from './http-network.ts';
import { type Throughput, type Transfer, withMinimumThroughput } from './minimum-throughput.ts';
import { expectTokenStays, firstHop, type Hop, nextHop } from './netrc/authorize.ts';

export interface HttpFetchOptions extends AgentOptions, Pick<Network, 'logins'> {
  /** Milliseconds from the request to the answer's head. */
  readonly headMs?: number;
  /** Slower transfers are given up. */
  readonly minimum?: Throughput;
}

/** For what nobody waits for: an answer within 2 seconds, and no slower than 512 KiB/s from then on. */
export const hurried = {
  headMs: 2000,
  minimum: { windowMs: 2000, bytes: 1024 ** 2 },
} as const satisfies HttpFetchOptions;

const maxRedirects = 5;
/** 1 KiB/s over a minute. */
const usualMinimum: Throughput = { windowMs: 60_000, bytes: 60 * 1024 };

/**
 * GET over `https:`, `http:` and `file:`, saying who asks and wanting the bytes as they are. Redirects are followed up
 * to five times, never from https to http, to a file, or from elsewhere to this machine. Only status 200 and 206 have a body. Credentials of netrc
 * go as `firstHop` and `nextHop` say, and are in nothing that comes back. Errors beside the port's, none of them to be retried:
 * `upstream.unreachable` for a refused redirect, a URL of another kind, a certificate that does not count, a proxy that wants credentials;
 * `upstream.body` for a Content-Encoding that cannot be undone, since hashes are of the bytes without one; `usage.invalid` for what the
 * environment names and cannot be read.
 */
export function httpFetch(options: HttpFetchOptions = {}): Fetch {
  const { headMs = 60_000, minimum = usualMinimum, logins = async () => null } = options;
  const pickWay = httpAgents(options);
  const ownHeaders = {
    'user-agent': `gatehouse/${gatehouse.version} (a curated conda channel)`,
    'accept-encoding': 'identity',
  };
  return async (asked, headers, named = asked) => {
    const from = parseUrl(named);
    let toldBy = from;
    let hop = await firstHop(parseUrl(asked), { from, logins });
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      if (hop.url.protocol === 'file:') return fileFetch(hop.url, headers);
      const way = pickWay(hop.url, toldBy);
      const answer = await request({ hop, headers: { ...headers, ...ownHeaders, ...hop.headers }, headMs, way });
      const location = nextUrl(answer, hop);
      if (location === null) return toResponse(answer, hop, minimum);
      toldBy = firstElsewhere(toldBy, hop.url);
      hop = await nextHop(location, hop, { from, logins });
    }
    throw refused(asked, `redirects more than ${maxRedirects} times`);
  };
}

/** Who is elsewhere stays the one that led on: a name that it chose may have another address a moment later. */
const firstElsewhere = (before: URL, then: URL): URL => (isLocalHost(before.hostname) ? then : before);

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ['https:', 'http:', 'file:'].includes(url.protocol)) return url;
  throw refused(text, 'is not an https:, http: or file: URL');
}

const refused = (url: string, reason: string) =>
  new GatehouseError('upstream.unreachable', `${shownUrl(url)} ${reason}`);

interface HttpRequest {
  readonly hop: Hop;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds on a connection until the answer's head must be there. */
  readonly headMs: number;
  readonly way: Way;
}

/** One GET, no redirect followed: the answer's head, its body unread. Rejects with `upstream.unreachable`. */
function request({
  hop: { url, ...hop },
  headers,
  headMs,
  way: { agent, proxy },
}: HttpRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // A tunnel that a proxy never answers for has no socket yet: Node gives it up by its own timeout alone.
  const tunnel = proxy === null ? {} : { timeout: headMs };
  const sent = (url.protocol === 'https:' ? https : http).request(hop.sent, { headers, agent, ...tunnel });
  let timer: NodeJS.Timeout | undefined;
  // Waiting for a free connection is not the server's fault.
  sent.on('socket', () => {
    timer = setTimeout(() => sent.destroy(new Error(`nothing within ${headMs / 1000} s`)), headMs);
  });
  sent.on('error', (cause) => {
    clearTimeout(timer);
    reject(connectionError(cause, url, proxy));
  });
  sent.on('response', (answer) => {
    clearTimeout(timer);
    // An answer that is cut before its body is read must not be an error nobody listens to.
    answer.on('error', () => {});
    if (proxy === null || answer.statusCode !== 407) return resolve(answer);
    answer.destroy();
    reject(proxyRefusal(407, url, proxy));
  });
  sent.end();
  return promise;
}

/** The URL to ask next, or null; the answer that names it is dropped. */
function nextUrl(answer: IncomingMessage, hop: Hop): URL | null {
  const { location } = answer.headers;
  try {
    expectTokenStays(location, hop);
    const next = redirectTarget(answer.statusCode ?? 0, location, hop.sent);
    if (next !== null) answer.destroy();
    return next;
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The URL that an answer sends its client to (RFC 9110, 15.4); null when it sends it nowhere. Throws `upstream.unreachable`, not to be
 * retried, for what must not be followed: from https to http, to a file, to another kind of URL.
 */
export function redirectTarget(status: number, location: string | undefined, from: URL): URL | null {
  if (!redirectStatuses.has(status) || location === undefined) return null;
  const to = URL.parse(location, from.href);
  if (to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:')) return to;
  throw refused(from.href, `redirects to ${shownUrl(location)}, which is not followed`);
}

function toResponse(answer: IncomingMessage, { url, hasCredentials }: Hop, minimum: Throughput): FetchResponse {
  const status = answer.statusCode ?? 0;
  const stop = () => void answer.destroy();
  const isBody = status === 200 || status === 206;
  if (!isBody) stop();
  return {
    status,
    url: url.href,
    hasCredentials,
    header: (name) => [answer.headers[name] ?? []].flat().join(', ') || null,
    body: isBody ? plainBody(answer, url, { minimum, stop }) : noBody(),
  };
}

/**
 * The bytes without their Content-Encoding. None was asked for, but what lies gzipped in a bucket comes no other way.
 * Any other is refused: no server was seen to store indexes or packages so.
 */
function plainBody(answer: IncomingMessage, url: URL, transfer: Omit<Transfer, 'what'>): AsyncIterable<Uint8Array> {
  const what = shownUrl(url.href);
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const sent = () => withMinimumThroughput(answer, { ...transfer, what });
  if (encoding === 'identity') return sent();
  if (answer.statusCode === 200 && ['gzip', 'x-gzip'].includes(encoding)) return gunzip(sent(), what);
  transfer.stop();
  throw new GatehouseError('upstream.body', `${what} was sent with Content-Encoding ${encoding}`, {
    hint: 'It was asked for without one. The server must send packages and indexes as they are stored.',
  });
}
