import { expect, it } from 'vitest';
import { writeDecisions, writePlan } from '../../../core/diff/write-plan.ts';
import type { Plan } from '../../../core/documents/plan.ts';
import { readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { emptySimplePlan } from '../../../core/documents/simple/simple-plan.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { emptyPlan } from '../../support/empty-plan.ts';
import { key } from '../../support/store/objects.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const [demo, other] = ['demo', 'other'].map((name) => projectNameSchema.parse(name));
const [kept, gone] = ['demo-1.0-py3-none-any.whl', 'demo-0.9-py3-none-any.whl'] as const;
const withdrawn = { at: 1, reason: 'gone' };
const plan: Plan = {
  ...emptyPlan,
  drop: ['noarch/old-1-0.conda'],
  simple: {
    ...emptySimplePlan,
    drop: [`simple/demo/${gone}`],
    change: ['simple/other/other-1-py3-none-any.whl'],
    decisions: {
      demo: { [kept]: { why: ['demo'] }, [gone]: { why: ['demo'] } },
      other: { 'other-1-py3-none-any.whl': { why: ['demo'], yanked: true } },
    },
    alterations: { demo: { [gone]: { why: ['demo'], withdrawn } } },
  },
};

const clock = { now: () => 0, sleep: async () => {}, random: () => 0 };
const filesOf = async (store: ReturnType<typeof memoryStore>, project = demo) =>
  project && (await readProjectControl(store, project)).control.files;

it('writes what is decided at once, and what leaves on top of it when all is there, an object at a time', async () => {
  const writes: string[] = [];
  const store = memoryStore({ before: (operation, at) => void (operation === 'put' && writes.push(at)) });
  const world = { store, channel: 'conda', clock } as const;
  await writeDecisions(plan, world);
  expect(await filesOf(store)).toEqual(plan.simple.decisions['demo']);
  expect(await filesOf(store, other)).toEqual(plan.simple.decisions['other']);
  expect(await writePlan(plan, world)).toEqual({
    changed: plan.simple.change,
    dropped: ['noarch/old-1-0.conda', `simple/demo/${gone}`],
    hotfixed: [],
  });
  expect(await filesOf(store)).toEqual({ [kept]: { why: ['demo'] }, [gone]: { why: ['demo'], withdrawn } });
  await writePlan(plan, world);
  const control = (project: string) => `_gatehouse/control/simple/${project}.json`;
  expect(writes).toEqual([control('demo'), control('other'), control('demo')]);
});

it('keeps what control says of other files, and what another writes meanwhile', async () => {
  let rival = true;
  const store = memoryStore({
    async before(operation, at) {
      if (operation !== 'put' || !rival) return;
      rival = false;
      await writeDecisions(
        { ...plan, simple: { ...emptySimplePlan, decisions: { demo: { 'demo-2-py3-none-any.whl': { why: ['x'] } } } } },
        { store, channel: 'conda', clock },
      );
      expect(at).toContain('demo');
    },
  });
  await writeDecisions(plan, { store, channel: 'conda', clock });
  expect(Object.keys((await filesOf(store)) ?? {}).sort()).toEqual([gone, kept, 'demo-2-py3-none-any.whl'].sort());
});

it('writes nothing once it is overtaken, and nothing over a control that is damaged', async () => {
  const store = memoryStore();
  const world = { store, channel: 'conda', clock } as const;
  await writePlan(plan, { ...world, isCurrent: async () => false });
  expect(store.objects.size).toBe(0);
  await store.put(key('_gatehouse/control/simple/demo.json'), Buffer.from('{'));
  await expect(writeDecisions(plan, world)).rejects.toMatchObject({ code: 'json.invalid' });
  expect(store.objects.size).toBe(1);
});
