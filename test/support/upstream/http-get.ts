import { httpFetch } from '../../../adapters/http-fetch.ts';
import type { FetchResponse } from '../../../core/ports/fetch.ts';
import { readBounded } from '../../../core/upstream/read-bounded.ts';

export const fetch = httpFetch();
/** Gives up soon on what stands still. */
export const hasty = httpFetch({ headMs: 30, pace: { windowMs: 30, bytes: 1000 } });
export const get = (url: string, headers: Readonly<Record<string, string>> = {}) => fetch(url, headers);
export const text = async ({ body }: FetchResponse) => Buffer.from(await readBounded(body, 1e8, 'it')).toString();
