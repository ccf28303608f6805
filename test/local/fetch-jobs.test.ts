import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../core/documents/plan.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { plan } from '../../core/steps/plan.ts';
import { fetchJobs } from '../../local/pipeline/sync.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';

const log = () => {};

let lab: Lab;
let planned: Plan;
beforeEach(async () => {
  lab = await startLab();
  await lab.publish([small('a 1.0', ['b']), small('b 1.0')]);
  planned = await plan(lab.allowlist(['a']), planWorld(lab.world, log));
});
afterEach(() => lab[Symbol.asyncDispose]());

const plansAtRest = () => readdir(join(lab.store, '_gatehouse/plans')).catch(() => []);

describe('the plan that jobs name', () => {
  it('is at rest under its own sha256 when they are worked off, whole', async () => {
    const { fetched, failed } = await fetchJobs(planned, lab.world, log);
    expect([fetched, failed]).toEqual([['linux-64/a-1.0-0.conda', 'linux-64/b-1.0-0.conda'], []]);
    const [name = '', ...others] = await plansAtRest();
    expect(others).toEqual([]);
    const text = await readFile(join(lab.store, '_gatehouse/plans', name), 'utf8');
    expect(name).toBe(`${sha256Of(text)}.json`);
    expect(JSON.parse(text)).toEqual(planned);
  });

  it('is not kept when nothing is to be fetched', async () => {
    await fetchJobs({ ...planned, add: [] }, lab.world, log);
    expect(await plansAtRest()).toEqual([]);
  });
});

it('a job that is given up on is named by its artifact, and the others are done', async () => {
  const { store } = lab.world;
  let broken = 1;
  const failing: typeof store = {
    ...store,
    async stage() {
      if (broken-- > 0) throw new GatehouseError('store.broken', 'no room');
      return store.stage();
    },
  };
  const { fetched, failed } = await fetchJobs(planned, { ...lab.world, store: failing }, log);
  expect(fetched).toHaveLength(1);
  const missing = planned.add.filter((id) => !fetched.includes(id));
  expect(failed).toEqual([{ code: 'fetch.failed', subject: missing[0], detail: 'store.broken: no room' }]);
});
