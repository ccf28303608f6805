import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { GatehouseError } from '../core/problems/error.ts';
import { shownUrl } from '../core/problems/shown-url.ts';
import { isLocalHost } from '../core/upstream/local-host.ts';

export interface AgentOptions {
  /** `process.env`, to go through the proxies it names (`HTTPS_PROXY`, `NO_PROXY`); without it none is used. */
  readonly proxyEnv?: NodeJS.ProcessEnv;
  /** Resolves names; the system does without it. */
  readonly lookup?: LookupFunction;
}

/** Picks the connections to ask `url` by. */
export type PickAgent = (url: URL, toldBy: URL) => http.Agent;

/** Requests beyond these wait their turn. */
const maxConnectionsPerHost = 16;

/**
 * Connections that are kept, of two kinds: an upstream that is elsewhere may send us, by a redirect or a base URL, to
 * any host but this machine and its link; which addresses a name has is seen when it is connected to, so that no name
 * stands for one of these. A proxy resolves names itself.
 *
 * What is returned throws `upstream.unreachable` for a URL that is such by its name or address; its agents fail so.
 */
export function httpAgents({ proxyEnv, lookup: resolve = lookup }: AgentOptions): PickAgent {
  const common = { keepAlive: true, maxSockets: maxConnectionsPerHost, ...(proxyEnv && { proxyEnv }) };
  const open = { ...common, lookup: resolve };
  const own = { 'http:': new http.Agent(open), 'https:': new https.Agent(open) };
  const guarded = { ...common, lookup: refusingLocal(resolve) };
  const told = { 'http:': new http.Agent(guarded), 'https:': new https.Agent(guarded) };
  return (url, toldBy) => {
    const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
    if (url.hostname === toldBy.hostname || isLocalHost(toldBy.hostname)) return own[protocol];
    if (isLocalHost(url.hostname)) throw refusedLocal(shownUrl(url.href));
    return told[protocol];
  };
}

function refusingLocal(resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      const isLocal = addresses.some((address) => isLocalHost(spelled(address)));
      callback(isLocal ? refusedLocal(hostname) : error, found, family);
    });
}

/** An address as a URL's host, which has one spelling for each; a zone (`fe80::1%eth0`) is left away. */
function spelled(address: string): string {
  const [plain = ''] = address.split('%');
  return URL.parse(`http://${plain.includes(':') ? `[${plain}]` : plain}/`)?.hostname ?? '';
}

const refusedLocal = (what: string): GatehouseError =>
  new GatehouseError('upstream.unreachable', `${what} is of this machine or its own link, and not asked`, {
    hint: 'An upstream that is elsewhere led there, by a redirect or a base URL. Only one of this machine may.',
  });
