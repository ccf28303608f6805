import { verify } from '../../core/steps/verify.ts';
import { memoryStore } from '../twins/store-memory.ts';
import { clockOf } from './local-twin.ts';
import type { SmallCloud } from './small-cloud.ts';

/** What `verify` finds in what a cloud serves. */
export const damage = async (cloud: SmallCloud) => {
  const store = memoryStore({}, cloud.bucket);
  return (await verify([], { channel: 'conda', store, clock: clockOf(cloud), log: () => {} })).problems;
};
