import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { verify } from '../../../core/steps/verify.ts';
import { type Lab, startLab } from './start-lab.ts';

/** The lab of the test that runs, in a file that calls `useLab`. */
export let lab: Lab;

/** Has a lab started anew before each test of the calling file. */
export function useLab(): void {
  beforeEach(async () => {
    lab = await startLab();
  });
  afterEach(() => lab[Symbol.asyncDispose]());
}

/** The same, one for all tests of the calling file: each leaves it as sound as it found it. */
export function useOneLab(): void {
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());
}

export const day = 24 * 60 * 60 * 1000;

/** The file names that clients read of a subdir, in order. */
export const names = async (subdir?: string) => Object.keys(await lab.index(subdir));

/** What `verify` finds in the store. */
export const damage = async () => (await verify([], { ...lab.world, log: () => {} })).problems;
