import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { GatehouseError } from '../core/error.ts';
import type { Fetch, FetchResponse } from '../core/ports/fetch.ts';
import { shownUrl } from '../core/upstream/shown-url.ts';
import gatehouse from '../package.json' with { type: 'json' };
import { fetchFile, noBody } from './file-fetch.ts';
import { httpAnswer } from './http-request.ts';
import { redirectTarget } from './redirect-target.ts';
import { type Pace, steadyBody } from './steady-body.ts';

export interface HttpFetchOptions {
  /** Milliseconds from the request to the answer's head. */
  readonly headMs?: number;
  /** Slower transfers are given up. */
  readonly pace?: Pace;
  /** `process.env`, to go through the proxies it names (`HTTPS_PROXY`, `NO_PROXY`); without it none is used. */
  readonly proxyEnv?: NodeJS.ProcessEnv;
}

const mostRedirects = 5;
/** Connections to one host at a time; requests beyond them wait their turn. */
const mostConnections = 16;
/** 1 KiB/s over a minute. */
const usualPace: Pace = { windowMs: 60_000, bytes: 60 * 1024 };

/**
 * GET over `https:`, `http:` and `file:`, saying who asks and wanting the bytes as they are. Redirects are followed up
 * to five times, never from https to http and never to a file. Only status 200 and 206 have a body. Errors beside the
 * port's, none of them to be retried: `upstream.unreachable` for a refused redirect or a URL of another kind,
 * `upstream.body` for a Content-Encoding, since hashes are of the bytes without one.
 */
export function httpFetch(options: HttpFetchOptions = {}): Fetch {
  const { headMs = 60_000, pace = usualPace } = options;
  const agentOptions = {
    keepAlive: true,
    maxSockets: mostConnections,
    ...(options.proxyEnv && { proxyEnv: options.proxyEnv }),
  };
  const agents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) };
  const own = {
    'user-agent': `gatehouse/${gatehouse.version} (a curated conda channel)`,
    'accept-encoding': 'identity',
  };
  return async (asked, headers) => {
    let url = parseUrl(asked);
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      if (url.protocol === 'file:') return fetchFile(url, headers);
      const answer = await httpAnswer({ url, headers: { ...headers, ...own }, headMs }, agents);
      const next = nextUrl(answer, url);
      if (next === null) return toResponse(answer, url, pace);
      url = next;
    }
    throw refused(asked, `redirects more than ${mostRedirects} times`);
  };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ['https:', 'http:', 'file:'].includes(url.protocol)) return url;
  throw refused(text, 'is not an https:, http: or file: URL');
}

const refused = (url: string, reason: string) =>
  new GatehouseError('upstream.unreachable', `${shownUrl(url)} ${reason}`);

/** Where to ask next; the answer that says so is dropped. */
function nextUrl(answer: IncomingMessage, from: URL): URL | null {
  try {
    const next = redirectTarget(answer.statusCode ?? 0, answer.headers.location, from);
    if (next !== null) answer.destroy();
    return next;
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

function toResponse(answer: IncomingMessage, url: URL, pace: Pace): FetchResponse {
  const status = answer.statusCode ?? 0;
  const hasBody = status === 200 || status === 206;
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (!hasBody || encoding !== 'identity') answer.destroy();
  if (hasBody && encoding !== 'identity') {
    throw new GatehouseError('upstream.body', `${shownUrl(url.href)} was sent with Content-Encoding ${encoding}`, {
      hint: 'It was asked for without one. The server must send packages and indexes as they are stored.',
    });
  }
  const stop = () => void answer.destroy();
  return {
    status,
    url: url.href,
    header: (name) => [answer.headers[name] ?? []].flat().join(', ') || null,
    body: hasBody ? steadyBody(answer, { what: shownUrl(url.href), pace, stop }) : noBody(),
  };
}
