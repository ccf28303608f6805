import { expect, it } from 'vitest';
import { mostLeave } from '../../../core/diff/most-leave.ts';
import { emptySimplePlan } from '../../../core/documents/simple/simple-plan.ts';
import { emptyPlan } from '../../support/empty-plan.ts';
import { simpleScene } from '../../support/simple/simple-scene.ts';

const fileNames = ['a', 'b', 'c', 'd'].map((name) => `${name}-1.0-py3-none-any.whl`);
const idOf = (fileName: string) => `simple/${fileName.charAt(0)}/${fileName}`;

it('counts files for pip among what is served and what leaves', async () => {
  const scene = simpleScene();
  for (const fileName of fileNames) await scene.mirror(fileName);
  await scene.index();
  const leaving = (count: number) => {
    const drop = fileNames.slice(0, count).map(idOf);
    return mostLeave({ ...emptyPlan, simple: { ...emptySimplePlan, drop } }, { store: scene.store, channel: 'conda' });
  };
  expect(await leaving(0)).toBeNull();
  expect(await leaving(2)).toBeNull();
  expect(await leaving(3)).toEqual({ packages: fileNames.slice(0, 3).map(idOf), served: 4 });
});
