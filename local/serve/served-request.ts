import type { IncomingMessage } from 'node:http';
import { shownUrl } from '../../core/problems/shown-url.ts';

/** One request as an access log tells it. */
export interface ServedRequest {
  readonly type: 'serve.request';
  /** The address it came from, or `-`. */
  readonly client: string;
  /** `-` where a request could not be read as one. */
  readonly method: string;
  /** As `loggedPath` spells it; `-` where a request could not be read as one. */
  readonly path: string;
  readonly protocol: string;
  /** What the client says it is, or `-`; as it came, so that it may hold any character from U+0000 to U+00FF. */
  readonly agent: string;
  readonly status: number;
  /** Bytes of the body handed to the connection: fewer than promised when the client left or the object changed. */
  readonly bytes: number;
  /** Whole milliseconds from the request's turn until its answer was out or cut. */
  readonly ms: number;
  /** Why the store could not answer (500, 503), or why the connection was ended in the middle of a body. */
  readonly error?: unknown;
}

/** What is known of a request before it is answered. */
export function askedOf(
  request: IncomingMessage,
): Pick<ServedRequest, 'type' | 'client' | 'method' | 'path' | 'protocol' | 'agent'> {
  const { method = '-', url = '', httpVersion, socket, headers } = request;
  const agent = headers['user-agent'] ?? '-';
  const [client, path] = [clientOf(socket), loggedPath(url)];
  return { type: 'serve.request', client, method, path, protocol: `HTTP/${httpVersion}`, agent };
}

/** The address at a connection's other end, or `-` when it has left; IPv4 as such on a server that listens on IPv6 too. */
export function clientOf({ remoteAddress = '-' }: { readonly remoteAddress?: string | undefined }): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
}

const longestLoggedPath = 1000;

/**
 * A request's target as a log may hold it: the path alone, without the origin of the absolute form, without query and
 * fragment, which may be secrets, and decoded once, so that what is a secret is seen however it was spelled; user and
 * token are `***`, as in every URL that is shown. Visible ASCII without `"` and `\`: all else is percent-encoded. After
 * 1,000 characters it is cut.
 */
export function loggedPath(target: string): string {
  const path = target.replace(/^[^/?#]*:\/\/[^/?#]*/, '');
  const plain = path.replace(/%([\da-f]{2})/gi, (_escape, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  // Without a host the path's first part would be taken for one.
  const shown = shownUrl(`//-${plain.replace(/[?#].*$/s, '')}`).slice('//-'.length);
  const encoded = shown.replace(/[^!#$&-[\]-~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return encoded.length > longestLoggedPath ? `${encoded.slice(0, longestLoggedPath)}...` : encoded;
}
