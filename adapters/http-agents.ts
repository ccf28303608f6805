import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { GatehouseError } from '../core/problems/error.ts';
import { shownUrl } from '../core/problems/shown-url.ts';
import { isLocalHost } from '../core/upstream/local-host.ts';
import type { Network } from './http-network.ts';

export interface AgentOptions extends Pick<Network, 'proxyFor' | 'trusted'> {
  /** Resolves names; the system does without it. */
  readonly lookup?: LookupFunction;
}

/** The way of a request: its connections, and the proxy that they lead to, if any. */
export interface Way {
  readonly agent: http.Agent;
  readonly proxy: URL | null;
}

/** Picks the connections to ask `url` by. */
export type PickWay = (url: URL, toldBy: URL) => Way;

/** Requests beyond these wait their turn. */
const maxConnectionsPerHost = 16;

/**
 * Connections that are kept, of two kinds: an upstream that is elsewhere may send us, by a redirect or a base URL, to
 * any host but this machine and its link; which addresses a name has is seen when it is connected to, so that no name
 * stands for one of these. A proxy resolves names itself.
 *
 * What is returned throws `upstream.unreachable` for a URL that is such by its name or address; its agents fail so. It throws as
 * {@link AgentOptions} do for what an environment names and cannot be.
 */
export function httpAgents({ proxyFor, trusted, lookup: resolve = lookup }: AgentOptions): PickWay {
  const agentOf = agentsByName(trusted);
  return (url, toldBy) => {
    const isOwn = url.hostname === toldBy.hostname || isLocalHost(toldBy.hostname);
    if (!isOwn && isLocalHost(url.hostname)) throw refusedLocal(shownUrl(url.href));
    const proxy = proxyFor?.(url) ?? null;
    if (proxy !== null) {
      const proxyEnv = { http_proxy: proxy.href, https_proxy: proxy.href };
      return { agent: agentOf(url, proxy.href, { proxyEnv }), proxy };
    }
    const [kind, lookup] = isOwn ? ['own', resolve] : ['told', refusingLocal(resolve)];
    return { agent: agentOf(url, kind, { lookup }), proxy };
  };
}

/** Agents that are made when a URL of their protocol is first asked for by their name, each with its options of then. */
function agentsByName(trusted: AgentOptions['trusted']) {
  const agents = new Map<string, http.Agent>();
  return ({ protocol }: URL, kind: string, given: http.AgentOptions): http.Agent => {
    const name = `${protocol} ${kind}`;
    const options = { ...given, keepAlive: true, maxSockets: maxConnectionsPerHost };
    // Else NODE_TLS_REJECT_UNAUTHORIZED=0 would have passwords go to anyone.
    const checked = { ...options, rejectUnauthorized: true };
    const secure = () => new https.Agent({ ...checked, ...(trusted && { secureContext: trusted() }) });
    const agent = agents.get(name) ?? (protocol === 'https:' ? secure() : new http.Agent(options));
    agents.set(name, agent);
    return agent;
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
