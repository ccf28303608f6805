import { BlockList, isIP } from 'node:net';
import { GatehouseError } from '../core/problems/error.ts';

/** The proxy to ask a URL through, with its user and password; null where it is asked directly. */
export type ProxyFor = (url: URL) => URL | null;

const variables = {
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
} as const;

/**
 * The proxies that an environment names, as curl and requests read it: the first variable that is not empty. This very machine is never
 * asked through one, nor is what `NO_PROXY` names.
 *
 * What it returns throws GatehouseError `usage.invalid` for a variable that names no proxy that can be used.
 */
export function proxiesOf(environment: NodeJS.ProcessEnv): ProxyFor {
  const isDirect = directHosts(environment['no_proxy'] || environment['NO_PROXY'] || '');
  return (url) => {
    if (isDirect(url)) return null;
    const name = variables[url.protocol === 'https:' ? 'https:' : 'http:'].find((each) => environment[each]);
    if (name === undefined) return null;
    const proxy = proxyUrl(name, environment[name] ?? '');
    if (proxy.protocol === 'https:') expectChecked(name, environment);
    return proxy;
  };
}

/** Node reads the variable itself for a proxy's own TLS, and would tell anyone the proxy's password. */
function expectChecked(name: string, { NODE_TLS_REJECT_UNAUTHORIZED: value }: NodeJS.ProcessEnv): void {
  if (value !== '0') return;
  const what = 'names a proxy at https:, whose certificate NODE_TLS_REJECT_UNAUTHORIZED=0 has nobody check';
  throw refused(name, what, 'Unset NODE_TLS_REJECT_UNAUTHORIZED.');
}

const refused = (name: string, what: string, hint: string): GatehouseError =>
  new GatehouseError('usage.invalid', `${name} ${what}`, { hint });

function proxyUrl(name: string, text: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && /^socks/.test(url.protocol))
    throw refused(
      name,
      'names a SOCKS proxy, which is not supported',
      'Name an HTTP proxy, or what is reached without in NO_PROXY.',
    );
  if (url !== null && isSound(url)) return url;
  // Not shown: what cannot be read may have a password anywhere.
  throw refused(
    name,
    'is not the URL of a proxy',
    'Write it like http://proxy.example:3128 (docs/networks.md shows where a user and a password go, and how).',
  );
}

/** A path, a query and a fragment are mostly a password with a `/`, `?` or `#` as it is, and its beginning then a host that nobody meant. */
function isSound({ protocol, username, password, pathname, search, hash }: URL): boolean {
  const isBare = pathname === '/' && search === '' && hash === '';
  return /^https?:$/.test(protocol) && isBare && isDecodable(username + password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Hosts, and domains with all below them, each with a port or without; addresses, and networks of them as `10.0.0.0/8`; `*`. */
function directHosts(list: string): (url: URL) => boolean {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const names = ['localhost', ...entries.map((entry) => entry.replace(/^\*?\./, ''))];
  const addresses = new BlockList();
  for (const network of ['127.0.0.0/8', '::1', ...entries]) addNetwork(addresses, network);
  return ({ hostname, port, protocol }) => {
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) !== 0 && addresses.check(address, familyOf(address))) return true;
    const withPort = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
    return names.some((name) => name === '*' || [hostname, withPort].some((one) => `.${one}`.endsWith(`.${name}`)));
  };
}

/** What is no address, or has no such prefix, is left away: it is a name. */
function addNetwork(addresses: BlockList, text: string): void {
  const [, address = '', digits] = /^\[?([^\]/]*)\]?(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const maxPrefix = isIP(address) === 6 ? 128 : 32;
  const prefix = Number(digits ?? maxPrefix);
  if (isIP(address) !== 0 && prefix <= maxPrefix) addresses.addSubnet(address, prefix, familyOf(address));
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
