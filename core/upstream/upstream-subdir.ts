import { z } from 'zod';
import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { UpstreamRecords } from './accept-records.ts';
import { isLocalHost } from './local-host.ts';

/** A subdir of a channel, by the channel's URL and name. */
export interface SubdirAddress {
  /** The channel's URL, as the allowlist spells it. */
  readonly channel: string;
  readonly subdir: Subdir;
  /** `<channel>/<subdir>`, without a slash at its end. */
  readonly url: string;
}

/** One subdir of an upstream channel, open for reading name by name. */
export interface UpstreamSubdir {
  readonly url: string;
  /** Whether its names can be had without its records (CEP 16). */
  readonly isSharded?: boolean;
  /** Every name there is, sound or not. */
  names(): ReadonlySet<string>;
  /**
   * Reads all there is of one package name, anew on each call: a caller that asks twice keeps the answer.
   * Rejects with GatehouseError when upstream cannot be read or says two things at once.
   */
  records(name: string): Promise<UpstreamRecords>;
  /**
   * Names all that a name's records are made of: while it is the same, so are they. Null where there is no such name. Absent where
   * records are not upstream's.
   */
  digest?(name: string): Promise<string | null>;
}

/** `info` of repodata (CEP 36) and of a shard index (CEP 16), as far as it is read. */
export const subdirInfoSchema = z.looseObject({
  subdir: z.string().nullish(),
  base_url: z.string().nullish(),
  shards_base_url: z.string().nullish(),
});
type SubdirInfo = z.infer<typeof subdirInfoSchema>;

/** Resolves where the packages are; throws `upstream.body` when the index is another subdir's, as conda does. */
export function packageBaseOf(info: SubdirInfo, { url, subdir }: SubdirAddress): string {
  if (typeof info.subdir === 'string' && info.subdir !== subdir) {
    throw new GatehouseError('upstream.body', `${shownUrl(url)}: the index there says it is of ${info.subdir}`);
  }
  return resolveBase(info.base_url, url);
}

const allowedProtocols: Readonly<Record<string, readonly string[]>> = {
  'https:': ['https:'],
  'http:': ['http:', 'https:'],
  'file:': ['file:', 'http:', 'https:'],
};

/**
 * Resolves where a subdir's files are: its `base_url` or `shards_base_url` (CEP 15, CEP 16), absolute or relative to
 * the subdir; empty or absent means beside the index. Ends with `/`; a missing slash is added, as rattler does.
 *
 * Throws `upstream.body` for a base that brings a user, a token, a query or a fragment, which would come to lie in plans
 * and provenance, or leads from https to http, to files outside the channel's folder, or from elsewhere to this machine.
 */
export function resolveBase(base: string | null | undefined, subdirUrl: string): string {
  const from = new URL(`${subdirUrl}/`);
  if (base === null || base === undefined || base === '') return from.href;
  const url = URL.parse(base.endsWith('/') ? base : `${base}/`, from.href);
  const reason = url === null ? 'is not a URL' : refusal(url, from, base);
  if (url === null || reason !== null) {
    throw new GatehouseError('upstream.body', `${shownUrl(subdirUrl)}: its base URL ${shownUrl(base)} ${reason}`);
  }
  return url.href;
}

function refusal(url: URL, from: URL, base: string): string | null {
  const misplaced = misplacement(url, from, new URL('..', from));
  if (misplaced !== null) return misplaced;
  const hides = [base, url.href].some((text) => shownUrl(text) !== text);
  return hides ? 'carries credentials, a query or a fragment' : null;
}

/**
 * Why an upstream at `from` may not lead to `url`, as the end of a sentence; null when it may.
 *
 * @param folder the folder that files of this machine must lie in, for an upstream that is one
 */
export function misplacement(url: URL, from: URL, folder: URL): string | null {
  if (!allowedProtocols[from.protocol]?.includes(url.protocol)) {
    return `may not be ${url.protocol} for an upstream at ${from.protocol}`;
  }
  if (isLocalHost(url.hostname) && !isLocalHost(from.hostname)) return 'is of this machine or its own link';
  if (url.protocol === 'file:' && !isInside(url, folder)) return "is outside the upstream's folder";
  return null;
}

/** Of two `file:` URLs, whose parser has resolved each `..`, in percents or not; a slash in percents it leaves. */
const isInside = (url: URL, folder: URL): boolean => url.href.startsWith(folder.href) && !/%2f|%5c/i.test(url.pathname);
