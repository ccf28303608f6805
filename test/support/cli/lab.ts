import { afterEach, beforeEach } from 'vitest';
import { verify } from '../../../core/steps/verify.ts';
import { type Lab, startLab } from './start-lab.ts';

/** The lab of the test that runs: who imports it has one started anew before each test. */
export let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

export const day = 24 * 60 * 60 * 1000;

/** The file names that clients read of a subdir, in order. */
export const names = async (subdir?: string) => Object.keys(await lab.index(subdir));

/** What `verify` finds in the store. */
export const damage = async () => (await verify([], { ...lab.world, log: () => {} })).problems;
