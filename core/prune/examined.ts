import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import type { Garbage } from './garbage.ts';

export interface Examined {
  /** In the order of its deletion. */
  readonly garbage: readonly Garbage[];
  readonly problems: readonly Problem[];
}

/** What was found, or why nothing of the subject is garbage: something that tells of it is damaged, missing or behind. */
export async function examined(subject: string, find: () => Promise<Garbage[]>): Promise<Examined> {
  try {
    return { garbage: await find(), problems: [] };
  } catch (error) {
    if (!(error instanceof GatehouseError) || !unsureCodes.has(error.code)) throw error;
    const detail = `${error.message}; nothing of it is deleted`;
    return { garbage: [], problems: [{ ...problemOf(error, subject), code: 'prune.unsure', detail }] };
  }
}

/** Codes of errors that say that something of ours is damaged or missing, and not that the store has trouble. */
const unsureCodes: ReadonlySet<string> = new Set(['json.invalid', 'state.damaged']);

export const unsure = (message: string, hint = 'run gatehouse index first'): GatehouseError =>
  new GatehouseError('state.damaged', message, { hint });
