/** How an object is served; the same for every reader of a key. No key ever has a Content-Encoding. */
export interface Representation {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Names whose bytes never change: packages, shards (CEP 16), files of projects and their metadata (PEP 658). */
const immutable =
  /(?:\.conda|\.tar\.bz2|\/[0-9a-f]{64}\.msgpack\.zst)$|^(?:staging\/)?simple\/[^/]+\/[^/]+\.(?:whl|tar\.gz|zip|metadata)$/;

/** What pip reads to find files, in both forms. */
const simplePage = /^(?:staging\/)?simple\/(?:[^/]+\/)?index\.(?:json|html)$/;

const contentTypes: readonly (readonly [ending: RegExp, type: string])[] = [
  [/^(?:staging\/)?simple\/.*\.json$/, 'application/vnd.pypi.simple.v1+json'],
  [/\.json$/, 'application/json'],
  [/\.html$/, 'text/html; charset=utf-8'],
  [/\.txt$/, 'text/plain; charset=utf-8'],
  [/\.ico$/, 'image/x-icon'],
  [/\.zst$/, 'application/zstd'],
];

/** The headers a key's bytes are served with (docs/decisions.md 8): a function of the key, so that a bucket can keep them. */
export function representationOf(key: string): Representation {
  const known = contentTypes.filter((pair) => pair[0].test(key))[0];
  return {
    contentType: known === undefined ? 'application/octet-stream' : known[1],
    cacheControl: cacheControlOf(key),
  };
}

/** pip keeps a page for its max-age and would miss a new version, or take a recalled one; the edge may keep it. */
function cacheControlOf(key: string): string {
  if (immutable.test(key)) return 'public, max-age=31536000, immutable';
  return simplePage.test(key) ? 'public, max-age=0, s-maxage=60' : 'public, max-age=60';
}
