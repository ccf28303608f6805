import { describe, expect, it } from 'vitest';
import { runManySimple } from '../run-many.ts';
import { realSimple } from './real-simple.ts';
import { type Flaws, smallSimple } from './small-simple.ts';

const seed = 20_260_101;

it('no world of 200 breaks an invariant of the pip index that ships', async () => {
  expect(await runManySimple(realSimple, { runs: 200, seed })).toBeNull();
});

it('nor of the same design in small, of which every mutant is one step away', async () => {
  expect(await runManySimple(smallSimple({}), { runs: 500, seed })).toBeNull();
});

const mutants: readonly (readonly [string, Flaws])[] = [
  ['a look, then the ETag, then CAS', { lookFirst: true }],
  ['no CAS', { noCas: true }],
  ['one look only', { oneLook: true }],
  ['pages as soon as their state is written', { pagesAtOnce: true }],
  ['pages without a fence', { noFence: true }],
  ['pages a crash left behind are left', { pagesForgotten: true }],
  ['the list of projects from memory', { rootFromLook: true }],
  ['the list of projects only after a change', { rootIfChanged: true }],
];

describe('each mutant is caught', () => {
  it.each(mutants)('%s', async (name, flaws) => {
    const broken = await runManySimple(smallSimple(flaws), { runs: 20_000, seed });
    console.info(`${name}: seed ${seed}, run ${broken?.run}, path ${broken?.path}: ${broken?.fault}`);
    expect(broken?.fault).toMatch(/^R\d+ /);
  });
});
