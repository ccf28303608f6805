import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../core/documents/plan.ts';
import { emptySimplePlan, simpleFileId } from '../../core/documents/simple/simple-plan.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { plan } from '../../core/steps/plan.ts';
import { fetchJobs } from '../../local/pipeline/fetch-jobs.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { type Lab, small, startLab } from '../support/cli/start-lab.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { ofSdist, simpleFile } from '../support/python/fetch-simple.ts';
import { madeArtifact } from '../support/python/made-artifact.ts';

const log = () => {};

let lab: Lab;
let planned: Plan;
beforeEach(async () => {
  lab = await startLab();
  await lab.publish([small('a 1.0', ['b']), small('b 1.0')]);
  planned = await plan(lab.allowlist(['a']), planWorld(lab.world, log));
});
afterEach(() => lab[Symbol.asyncDispose]());

const gated = () => ({ ...lab.world, gate: testGate(lab.world.store) });

const plansAtRest = () => readdir(join(lab.store, '_gatehouse/plans')).catch(() => []);

describe('the plan that jobs name', () => {
  it('is at rest under its own sha256 when they are worked off, whole', async () => {
    const { fetched, failed } = await fetchJobs(planned, gated(), log);
    expect([fetched, failed]).toEqual([['linux-64/a-1.0-0.conda', 'linux-64/b-1.0-0.conda'], []]);
    const [name = '', ...others] = await plansAtRest();
    expect(others).toEqual([]);
    const text = await readFile(join(lab.store, '_gatehouse/plans', name), 'utf8');
    expect(name).toBe(`${sha256Of(text)}.json`);
    expect(JSON.parse(text)).toEqual(planned);
  });

  it('is not kept when nothing is to be fetched', async () => {
    await fetchJobs({ ...planned, add: [] }, gated(), log);
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
  const { fetched, failed } = await fetchJobs(planned, { ...gated(), store: failing }, log);
  expect(fetched).toHaveLength(1);
  const missing = planned.add.filter((id) => !fetched.includes(id));
  expect(failed).toEqual([{ code: 'fetch.failed', subject: missing[0], detail: 'store.broken: no room' }]);
});

describe('files for pip', () => {
  const wheel = buildWheel();
  const sdist = buildSdist();

  /** The plan with files for pip, and packages that are made of them. */
  async function forPip(answers: Readonly<Record<string, Uint8Array | number>>): Promise<Plan> {
    lab.intercept = ({ url = '' }, response, next) => {
      const answer = answers[url];
      if (answer === undefined) return next();
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(200).end(answer);
    };
    const at = (path: string) => ({ url: `${lab.upstream.url}${path}`, index: lab.upstream.url });
    const files = [simpleFile(sdist, { ...ofSdist, ...at('/demo.tar.gz') }), simpleFile(wheel, at('/demo.whl'))];
    const artifact = madeArtifact(wheel, at('/demo.whl'));
    return {
      ...planned,
      artifacts: [...planned.artifacts, artifact],
      add: [...planned.add, `noarch/${artifact.filename}`],
      simple: { ...emptySimplePlan, files, add: files.map(simpleFileId) },
    };
  }

  it('come first, and what is made of them is made of the copy in the store', async () => {
    const plan = await forPip({ '/demo.tar.gz': sdist, '/demo.whl': wheel });
    const { fetched, failed } = await fetchJobs(plan, gated(), log);
    expect(failed).toEqual([]);
    expect(fetched).toEqual([...plan.add, ...plan.simple.add].sort());
    expect(lab.upstream.requests.filter((request) => request.endsWith('.whl'))).toHaveLength(1);
    expect(await fetchJobs(plan, gated(), log)).toEqual({ fetched: [], held: [], failed: [] });
  });

  it('that fail are named, and keep nothing else from being fetched but second formats', async () => {
    const plan = await forPip({ '/demo.tar.gz': 404, '/demo.whl': wheel });
    const { fetched, failed } = await fetchJobs({ ...plan, second: [plan.add[0] ?? ''] }, gated(), log);
    expect(failed).toMatchObject([{ code: 'upstream.status', subject: `simple/demo/${ofSdist.fileName}` }]);
    expect(fetched).toEqual([...plan.add.slice(1), 'simple/demo/demo-1.0-py3-none-any.whl'].sort());
  });
});
