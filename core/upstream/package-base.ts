import { GatehouseError } from '../error.ts';
import { shownUrl } from './shown-url.ts';

const allowed: Readonly<Record<string, readonly string[]>> = {
  'https:': ['https:'],
  'http:': ['http:', 'https:'],
  'file:': ['file:', 'http:', 'https:'],
};

/**
 * Where a subdir's files are: its `base_url` or `shards_base_url` (CEP 15, CEP 16), absolute or relative to the subdir;
 * empty or absent means beside the index. Ends with `/`; a missing slash is added, as rattler does.
 *
 * Throws `upstream.body` for a base that brings credentials or a token other than the channel's own at the same host, a
 * query, or leads from https to http or to local files.
 */
export function resolveBase(base: string | null | undefined, subdirUrl: string): string {
  const from = new URL(`${subdirUrl}/`);
  if (base === null || base === undefined || base === '') return from.href;
  const url = URL.parse(base.endsWith('/') ? base : `${base}/`, from.href);
  const reason = url === null ? 'is not a URL' : refusal(url, from);
  if (url === null || reason !== null) {
    throw new GatehouseError('upstream.body', `${shownUrl(subdirUrl)}: its base URL ${shownUrl(base)} ${reason}`);
  }
  return url.href;
}

function refusal(url: URL, from: URL): string | null {
  if (!allowed[from.protocol]?.includes(url.protocol))
    return `may not be ${url.protocol} for a channel at ${from.protocol}`;
  if (credentials(url) !== '' && credentials(url) !== credentials(from)) return 'carries credentials';
  if (token(url) !== '' && token(url) !== token(from)) return 'carries a token';
  return url.search !== '' || url.hash !== '' ? 'carries a query' : null;
}

function credentials({ username, password, host }: URL): string {
  return username === '' && password === '' ? '' : `${username}:${password}@${host}`;
}

/** Anaconda's `/t/TOKEN`, anywhere in the path. */
function token({ pathname, host }: URL): string {
  const [found = ''] = /\/t\/[^/]+/i.exec(pathname) ?? [];
  return found && `${found}@${host}`;
}
