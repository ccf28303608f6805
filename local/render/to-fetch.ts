import { formatBytes } from './format-bytes.ts';

/** How many files are to be fetched, and how large they are as far as upstream says: an index in HTML says of none. */
export const toFetch = (files: number, bytes: number): string =>
  bytes === 0 ? `${files} to fetch` : `${files} to fetch (${formatBytes(bytes)})`;
