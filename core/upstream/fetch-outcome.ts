import type { ObjectKey } from '../layout/keys.ts';
import type { Log } from '../ports/log.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';

export type FetchOutcome =
  /** `present`: the store had these very bytes, or another worker was first. `superseded`: it was wanted no more. */
  | { readonly status: 'stored' | 'present' | 'superseded' }
  /** `held`: the gate does not let it in, now or ever. */
  | { readonly status: 'held'; readonly problem: Problem }
  /** `retry`: another try may succeed. */
  | { readonly status: 'failed'; readonly problem: Problem; readonly retry?: true };

/** What came into the store, or was there, or came as far as the gate. */
export type Brought =
  | {
      readonly status: 'stored' | 'present' | 'superseded';
      /** Bytes. */
      readonly size: number;
    }
  | { readonly status: 'held'; readonly problem: Problem };

/** Who fetches for a plan that another may have replaced meanwhile. */
export interface WantedStill {
  /**
   * Asked when everything came and was found sound, before any of it is written: a name may have become reserved during a
   * long download, and nobody would look for what came under it later. True without it.
   */
  readonly isWanted?: () => Promise<boolean>;
}

export const isStillWanted = async ({ isWanted }: WantedStill): Promise<boolean> => (await isWanted?.()) ?? true;

export const superseded: Brought = { status: 'superseded', size: 0 };

/**
 * Does the work that brings one file into the store, tells how it ended as `fetch.done`, `fetch.held` or `fetch.failed`, and sorts what
 * went wrong by whose it is.
 *
 * @param subject what the file is called in a problem
 * @returns what fails on upstream's side or in the file as `failed`, with the error's code
 * @throws GatehouseError `store.*`: the store's own trouble is the caller's; with `retry` it may pass
 */
export async function fetchOutcome(
  { key, subject, log }: { readonly key: ObjectKey; readonly subject: string; readonly log: Log },
  bring: () => Promise<Brought>,
): Promise<FetchOutcome> {
  try {
    const brought = await bring();
    if (brought.status === 'held') log({ type: 'fetch.held', key, problem: brought.problem });
    if (brought.status === 'held') return brought;
    if (brought.status !== 'superseded') log({ type: 'fetch.done', key, size: brought.size });
    return { status: brought.status };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problem = problemOf(error, subject);
    log({ type: 'fetch.failed', key, problem });
    if (!/^(upstream|fetch|package)\./.test(error.code)) throw error;
    return { status: 'failed', problem, ...(error.retry && { retry: true }) };
  }
}
