import { describe, expect, it } from 'vitest';
import type { Indexer } from './indexer.ts';
import { controlForgotten } from './mutants/control-forgotten.ts';
import { eventsAsDeltas } from './mutants/events-as-deltas.ts';
import { headThenGet } from './mutants/head-then-get.ts';
import { indexBeforeObject } from './mutants/index-before-object.ts';
import { indexBeforeVerdict } from './mutants/index-before-verdict.ts';
import { lateOutput } from './mutants/late-output.ts';
import { listBeforeEtag } from './mutants/list-before-etag.ts';
import { listWithoutCas } from './mutants/list-without-cas.ts';
import { noFence } from './mutants/no-fence.ts';
import { oneLook } from './mutants/one-look.ts';
import { outputsForgotten } from './mutants/outputs-forgotten.ts';
import { readModifyWrite } from './mutants/read-modify-write.ts';
import { recallForgotten } from './mutants/recall-forgotten.ts';
import { runMany } from './run-many.ts';

/** Each with the seed it is caught with, the same where that takes less than a few hundred runs. */
const seed = 20_260_101;
const mutants: readonly (readonly [string, Indexer, number])[] = [
  ['read, modify, write', readModifyWrite, seed],
  ['events as deltas, under CAS', eventsAsDeltas, seed],
  ['a list without CAS', listWithoutCas, seed],
  ['a list, then the ETag, then CAS', listBeforeEtag, seed],
  ['outputs without a fence', noFence, seed],
  ['the index before the object', indexBeforeObject, seed],
  ['the index before the verdict', indexBeforeVerdict, seed],
  ['what was recalled stays', recallForgotten, seed],
  ['a changed control is no change', controlForgotten, seed],
  ['outputs a crash left behind are left', outputsForgotten, seed],
  ['head, then get under if-match, five times', headThenGet, seed],
  ['one look only', oneLook, 10],
  ['no look at the root behind the outputs', lateOutput, 23],
];

describe('each mutant is caught', () => {
  it.each(mutants)('%s', async (name, indexer, from) => {
    const broken = await runMany(indexer, { runs: 20_000, seed: from });
    console.info(`${name}: seed ${from}, run ${broken?.run}, path ${broken?.path}: ${broken?.fault}`);
    expect(broken?.fault).toMatch(/^R\d+ /);
  });
});
