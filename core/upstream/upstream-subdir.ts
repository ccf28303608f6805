import type { DocumentCache } from '../ports/cache.ts';
import type { Subdir } from '../subdir.ts';
import type { UpstreamRecords } from './accept-records.ts';
import type { RetryWorld } from './fetch-with-retry.ts';

/** What reading upstream needs of the world. */
export interface UpstreamWorld extends RetryWorld {
  readonly cache: DocumentCache;
}

/** Which subdir of which channel. */
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
  /** Every name there is, sound or not. */
  names(): ReadonlySet<string>;
  /**
   * All there is of one package name. Read anew on each call: a caller that asks twice keeps the answer.
   * Rejects with GatehouseError when upstream cannot be read or says two things at once.
   */
  records(name: string): Promise<UpstreamRecords>;
}
