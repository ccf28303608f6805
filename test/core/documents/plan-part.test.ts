import { describe, expect, it } from 'vitest';
import { idsToAdd, jobSchema, plannedById } from '../../../core/documents/job.ts';
import { artifactSchema, keepPlan, type Plan } from '../../../core/documents/plan.ts';
import { findPlanned, jobsByPart, keepPlanParts, recordsInPart } from '../../../core/documents/plan-part.ts';
import { simpleFileSchema } from '../../../core/documents/simple/simple-plan.ts';
import { parseJson } from '../../../core/json/json.ts';
import { planKey, planPartKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { emptyPlan } from '../../support/empty-plan.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';

const sha256 = sha256Of('x');
const artifact = (name: string) =>
  artifactSchema.parse({
    subdir: 'linux-64',
    filename: `${name}-1-0.conda`,
    channel: 'https://x.test/c',
    url: `https://x.test/c/linux-64/${name}-1-0.conda`,
    size: 1,
    sha256,
    md5: null,
    record: { name, version: '1', build: '0', build_number: 0, depends: [], subdir: 'linux-64' },
    why: ['a'],
  });
const file = simpleFileSchema.parse({
  project: 'demo',
  fileName: 'demo-1-py3-none-any.whl',
  release: '1',
  index: 'https://x.test/simple',
  url: 'https://x.test/demo-1-py3-none-any.whl',
  size: 1,
  sha256,
  uploadTime: null,
  why: ['a'],
});

/** A plan of more than two parts' packages, half of which the store has, and one file for pip. */
function manyPlanned(): Plan {
  const artifacts = Array.from({ length: 2 * 2 * recordsInPart + 20 }, (_, i) => artifact(`p${i}`));
  const add = artifacts.flatMap(({ filename }, i) => (i % 2 === 0 ? [`linux-64/${filename}`] : []));
  const simple = { ...emptyPlan.simple, files: [file], add: ['simple/demo/demo-1-py3-none-any.whl'] };
  return { ...emptyPlan, artifacts, add, simple };
}

async function scene() {
  const plan = manyPlanned();
  const bucket = newBucket();
  const read: string[] = [];
  const store = memoryStore({ before: async (_operation, key) => void read.push(key) }, bucket);
  const id = await keepPlan(store, plan);
  await keepPlanParts(store, id, plan);
  const ids = idsToAdd(plan);
  const jobs = jobsByPart(id, plan, ids).map((text) => parseJson(text, jobSchema, 'a job'));
  read.length = 0;
  return { plan, store, bucket, id, ids, jobs, read };
}

describe('a plan in parts', () => {
  it('each job finds its record in its own part, and reads nothing else', async () => {
    const { plan, store, id, ids, jobs, read } = await scene();
    const found = await Promise.all(jobs.map((job) => findPlanned(store, job)));
    expect(found).toEqual(ids.map((one) => plannedById(plan).get(one)));
    expect(new Set(read)).toEqual(new Set([0, 1, 2].map((part) => planPartKey(id, part))));
    expect(read).toHaveLength(ids.length);
  });

  it('of a job from before there were parts, or whose part is gone, the plan is read', async () => {
    const { plan, store, id, jobs, read } = await scene();
    for (const part of [0, 1, 2]) await store.delete(planPartKey(id, part));
    const [job] = jobs.slice(-1);
    if (job === undefined) throw new Error('no job');
    const { part: _, ...old } = job;
    const wanted = plannedById(plan).get(job.artifact);
    expect([await findPlanned(store, job), await findPlanned(store, old)]).toEqual([wanted, wanted]);
    expect(read).toContain(planKey(id));
  });

  it('is laid at rest in the same way by whoever does it again', async () => {
    const { plan, store, bucket, id } = await scene();
    const before = new Map(bucket.objects);
    await keepPlanParts(store, id, plan);
    expect(bucket.objects).toEqual(before);
  });
});
