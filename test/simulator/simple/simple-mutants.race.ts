import { describe, expect, it } from 'vitest';
import { runManySimple } from '../run-many.ts';
import { realSimple } from './real-simple.ts';
import { type Flaws, smallSimple } from './small-simple.ts';

/** Each mutant has the seed it is caught with, within a few hundred runs. */
const seed = 20_260_101;

it('no world of 200 breaks an invariant of the pip index that ships', async () => {
  expect(await runManySimple(realSimple, { runs: 200, seed })).toBeNull();
});

it('nor of the same design in small, of which every mutant is one step away', async () => {
  expect(await runManySimple(smallSimple({}), { runs: 200, seed })).toBeNull();
});

const mutants: readonly (readonly [string, Flaws, number])[] = [
  ['a look, then the ETag, then CAS', { lookFirst: true }, 9],
  ['no CAS', { noCas: true }, 2],
  ['one look only', { oneLook: true }, 3],
  ['pages as soon as their state is written', { pagesAtOnce: true }, 12],
  ['no look at the state behind the pages', { latePage: true }, 1],
  ['pages without a fence', { noFence: true }, 1],
  ['pages a crash left behind are left', { pagesForgotten: true }, 2],
  ['the list of projects from memory', { rootFromLook: true }, 2],
  ['the list of projects only after a change', { rootIfChanged: true }, 2],
];

describe('each mutant is caught', () => {
  it.each(mutants)('%s', async (name, flaws, from) => {
    const broken = await runManySimple(smallSimple(flaws), { runs: 20_000, seed: from, asFound: true });
    console.info(`${name}: seed ${from}, run ${broken?.run}, path ${broken?.path}: ${broken?.fault}`);
    expect(broken?.fault).toMatch(/^R\d+ /);
  });
});
