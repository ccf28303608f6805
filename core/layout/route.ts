import { normalProjectName } from '../names/normal-project-name.ts';
import { prefersJson } from './prefers-json.ts';
import { type Representation, representationOf } from './representation.ts';

/*
 * This file and the three it imports also run in CloudFront's JavaScript runtime 2.0 (10 KB in all): ECMAScript 5.1 with
 * const, let and arrow functions, so no spread, destructuring, for-of, `?.` or `URL`.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */

/** The served channels of a store: each is a top folder that clients see as a channel's root. */
export const channelNames = ['conda'] as const;

/** Below it lie a channel and a pip index like those at the top: what was published and not promoted yet. */
export const stagingFolder = 'staging';

export interface RouteRequest {
  readonly method: string;
  /** The request target as it was sent: percent-encoded, with its query if it has one. */
  readonly uri: string;
  /** The Accept header. */
  readonly accept?: string | undefined;
}

export interface RoutedKey extends Representation {
  readonly status: 'key';
  readonly key: string;
  /** The request header that chose between two keys, when one did. */
  readonly vary?: 'Accept' | undefined;
}

/** To the one spelling of what was asked for: a path, percent-encoded, without host and query. */
interface Redirect {
  readonly status: 301;
  readonly location: string;
}

export type Route = RoutedKey | Redirect | { readonly status: 401 | 404 | 405 };

/** All that is served is one of `rootFiles` or below one of these. */
export const servedFolders: readonly string[] = ['simple', 'snapshots', stagingFolder].concat(channelNames);
const stagedFolders: readonly string[] = ['simple'].concat(channelNames);
export const rootFiles: readonly string[] = ['index.html', 'favicon.ico', 'robots.txt'];

/**
 * What a part of a served key looks like: every character a package, wheel or project name may hold (CEP 26, PEP 427),
 * which leaves out `.`, `..`, dot files, `\`, `:`, `%`, controls and what is not ASCII; 255 is a file system's limit.
 */
const keyPart = /^(?!_gatehouse$)[a-z0-9_][a-z0-9_.+!-]{0,254}$/i;

/** S3's limit, in characters that are all ASCII by then. */
const longestKey = 1024;

/** conda cuts a token at any other character: https://github.com/conda/conda/blob/main/conda/common/url.py */
const tokenPrefix = /^\/t\/([A-Za-z0-9-]+)(\/.*)$/;

/** The pip index itself, a project's folder, or a file in it; the pages of the index are no projects. */
const simplePath = /^((?:\/staging)?\/simple)(?:\/(?!index\.(?:html|json)$)([^/]+)(?:\/([^/]*))?)?$/;

/** A snapshot has index files of its own; its packages are the channel's. */
const snapshotPackage = /^snapshots\/[^/]+\/([^/]+\/[^/]+\.(?:conda|tar\.bz2))$/;

/**
 * The one table from request to key (docs/decisions.md 9). Never throws; what it does not know is 404.
 *
 * @param name of the channel: below it lies what lies below `/conda`, a path by which conda gives a channel no name
 * @param checkToken is asked once with the token of `/t/TOKEN/`, or null; false is 401. Without it every token passes.
 */
export function route(request: RouteRequest, name: string, checkToken?: (token: string | null) => boolean): Route {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405 };
  const path = decodeOnce(String(request.uri.split('?')[0]));
  const prefix = tokenPrefix.exec(path);
  const token = prefix === null ? null : String(prefix[1]);
  if (checkToken !== undefined && !checkToken(token)) return { status: 401 };
  return prefix === null
    ? routePath(path, '', request.accept, name)
    : routePath(String(prefix[2]), `/t/${token}`, request.accept, name);
}

/** The path decoded, or an empty string, which is no path, when an escape is malformed. */
function decodeOnce(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (_malformed) {
    return '';
  }
}

/** A path as it stands in a URL. S3 reads a `+` as a space, so it may not stand as it is. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** @param behind what the path came behind and a redirect must keep: `/t/TOKEN`, or nothing */
function routePath(path: string, behind: string, accept: string | undefined, name: string): Route {
  if (path.charAt(0) !== '/') return { status: 404 };
  const settled = settle(path);
  const negotiated = /^(?:\/staging)?\/simple\/(?:.*\/)?$/.test(settled);
  const index = negotiated && prefersJson(accept) ? 'index.json' : 'index.html';
  const asked = withoutName(settled.replace(/\/$/, `/${index}`).slice(1), name);
  if (!isServed(asked)) return { status: 404 };
  if (settled !== path) return { status: 301, location: behind + encodePath(settled) };
  const key = asked.replace(snapshotPackage, 'conda/$1');
  const representation = representationOf(key);
  return {
    status: 'key',
    key,
    contentType: representation.contentType,
    cacheControl: representation.cacheControl,
    vary: negotiated ? 'Accept' : undefined,
  };
}

/**
 * The one spelling of a path of the pip index: the project under its normal name, with a slash behind a folder, for the
 * URLs in its page are relative. A file keeps its spelling, which PEP 503 says nothing of. Settled paths stay as they are.
 */
function settle(path: string): string {
  const found = simplePath.exec(path);
  if (found === null) return path;
  return found[2] === undefined ? `${found[1]}/` : `${found[1]}/${normalProjectName(found[2])}/${found[3] || ''}`;
}

/** What lies below the channel's name is kept below `conda/`, whatever the name is: in the channel, and where it is staged. */
function withoutName(path: string, name: string): string {
  const parts = path.split('/');
  const at = parts[0] === stagingFolder ? 1 : 0;
  if (parts[at] === name) parts[at] = 'conda';
  return parts.join('/');
}

function isServed(key: string): boolean {
  const parts = key.split('/');
  const roots = parts.length === 1 ? rootFiles : servedFolders;
  if (parts[0] === stagingFolder && stagedFolders.indexOf(String(parts[1])) < 0) return false;
  return key.length <= longestKey && roots.indexOf(String(parts[0])) >= 0 && parts.every((part) => keyPart.test(part));
}
