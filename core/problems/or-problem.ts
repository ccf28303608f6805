import { GatehouseError } from './error.ts';
import { type Problem, problemOf } from './problem.ts';

/** What is wrong with a file costs it alone; that the store has trouble is no fault of the file, and is thrown. */
export async function orProblem<T>(subject: string, work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code.startsWith('store.')) throw error;
    return problemOf(error, subject);
  }
}
