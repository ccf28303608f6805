import { httpFetch } from '../../../adapters/http-fetch.ts';
import type { FetchResponse } from '../../../core/ports/fetch.ts';
import { readBounded } from '../../../core/upstream/read-body.ts';

export const fetch = httpFetch();
/** Gives up soon on what stands still: a busy machine may take a tenth of a second for an answer to come through. */
export const hasty = httpFetch({ headMs: 500, minimum: { windowMs: 60, bytes: 1000 } });
export const get = (url: string, headers: Readonly<Record<string, string>> = {}) => fetch(url, headers);
export const text = async ({ body }: FetchResponse) => Buffer.from(await readBounded(body, 1e8, 'it')).toString();
