import { GatehouseError } from '../core/error.ts';
import { shownUrl } from '../core/upstream/shown-url.ts';

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer sends its client (RFC 9110, 15.4); null when it does not. Throws `upstream.unreachable`, not to be
 * retried, for what must not be followed: from https to http, to a file, to another kind of URL.
 */
export function redirectTarget(status: number, location: string | undefined, from: URL): URL | null {
  if (!redirects.has(status) || location === undefined) return null;
  const to = URL.parse(location, from.href);
  if (to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:')) return to;
  const message = `${shownUrl(from.href)} redirects to ${shownUrl(location)}, which is not followed`;
  throw new GatehouseError('upstream.unreachable', message);
}
