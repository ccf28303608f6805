import './zlib-in-turn.ts';
import { packageKey } from '../../core/layout/keys.ts';
import { indexSubdir } from '../../core/steps/index-subdir.ts';
import { testGate } from '../support/gate/test-gate.ts';
import type { Indexer } from './indexer.ts';
import { channel, subdir } from './simulated-package.ts';

/** The indexer that ships. */
export const real: Indexer = async ({ store, clock, hints, forms = new Set() }) => {
  const keys = hints?.map((filename) => packageKey(channel, subdir, filename));
  await indexSubdir(
    subdir,
    { store, gate: testGate(store, { clock }), clock, channel, asked: forms, log: () => {} },
    keys && { hints: keys },
  );
};
