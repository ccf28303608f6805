import { GatehouseError } from '../../core/problems/error.ts';
import { shownUrl } from '../../core/problems/shown-url.ts';
import type { Logins } from './logins.ts';
import { tokenLogin } from './parse-netrc.ts';

/** One request: its URL as it is told and kept, and what is sent for it. */
export interface Hop {
  readonly url: URL;
  /** The same, with the token that its server wants before the path. */
  readonly sent: URL;
  readonly headers: { readonly authorization?: string };
  readonly hasCredentials: boolean;
  /** Where a request had one: it goes to no other host. */
  readonly token: string | null;
}

interface Asker {
  /** Who named the URL that was asked for first: that URL itself, if the allowlist did. */
  readonly from: URL;
  readonly logins: Logins;
}

/** The first request for a URL, with what netrc has for its host. */
export async function firstHop(url: URL, asker: Asker): Promise<Hop> {
  const login = await loginFor(url, asker);
  if (login?.login !== tokenLogin) return { url, sent: url, token: null, ...basic(login) };
  const token = login.password;
  const sent = new URL(url);
  sent.pathname = `/t/${encodeURIComponent(token)}${url.pathname}`;
  return { url, sent, token, headers: {}, hasCredentials: true };
}

/** The request for where an answer led, which {@link expectTokenStays} let pass. */
export async function nextHop(location: URL, { token }: Hop, asker: Asker): Promise<Hop> {
  const url = withoutToken(location, token);
  if (url !== null) return { url, sent: location, token, headers: {}, hasCredentials: true };
  const login = await loginFor(location, asker);
  return { url: location, sent: location, token, ...basic(login?.login === tokenLogin ? null : login) };
}

/** A URL without the token that is before its path, in whatever spelling; null where none is. */
function withoutToken(from: URL, token: string | null): URL | null {
  const [, first = '', path] = /^\/t\/([^/]+)(\/.*)$/.exec(from.pathname) ?? [];
  if (token === null || path === undefined || decoded(first) !== token) return null;
  const url = new URL(from);
  url.pathname = path;
  return url;
}

/** Null for what cannot be decoded. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What cannot be decoded has it too: who knows what its reader makes of it. */
const hasToken = (text: string, token: string): boolean => decoded(text)?.includes(token) ?? true;

/**
 * A token is sent only where the server itself put it, before a path of the host that it is for. However it is spelt: a
 * `+` or a `=` may be in percents or not.
 *
 * @param location as an answer has it
 * @throws GatehouseError `upstream.unreachable` where it would go elsewhere
 */
export function expectTokenStays(location: string | undefined, { url, sent, token }: Hop): void {
  if (token === null || location === undefined || !hasToken(location, token)) return;
  const to = URL.parse(location, sent.href);
  const rest = to && withoutToken(to, token);
  if (to?.hostname === sent.hostname && rest && !hasToken(rest.href, token)) return;
  throw new GatehouseError('upstream.unreachable', `${shownUrl(url.href)} leads elsewhere with its token`);
}

/**
 * A host's own line goes to it alone: over https, and over http where a URL of that host, over http itself, named it first.
 * `default` goes only to the host that was named first: who leads elsewhere could choose any.
 */
async function loginFor(url: URL, { from, logins }: Asker) {
  const isOwn = url.hostname === from.hostname;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isOwn && from.protocol === 'http:');
  if (!isSafe || url.username !== '' || url.password !== '') return null;
  const login = await logins(url.hostname);
  return login?.isDefault && !isOwn ? null : login;
}

type Basic = Pick<Hop, 'headers' | 'hasCredentials'>;

function basic(login: { readonly login: string; readonly password: string } | null): Basic {
  if (login === null) return { headers: {}, hasCredentials: false };
  const pair = Buffer.from(`${login.login}:${login.password}`).toString('base64');
  return { headers: { authorization: `Basic ${pair}` }, hasCredentials: true };
}
