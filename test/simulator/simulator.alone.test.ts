import { expect, it } from 'vitest';
import { realPublish } from './publish/real-publish.ts';
import { real } from './real.ts';
import { runMany, runManyPublish } from './run-many.ts';
import { sound } from './sound.ts';

const seed = 20_260_101;

it('no world of 200 breaks an invariant of the indexer that ships', async () => {
  expect(await runMany(real, { runs: 200, seed })).toBeNull();
});

it('nor of the small sound design, of which every mutant is one step away', async () => {
  expect(await runMany(sound, { runs: 1000, seed })).toBeNull();
});

it('no world of 25 breaks an invariant of publishing as it ships', async () => {
  expect(await runManyPublish(realPublish, { runs: 25, seed })).toBeNull();
});
