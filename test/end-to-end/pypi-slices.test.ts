import { expect, it } from 'vitest';
import { makePlan } from '../../core/diff/make-plan.ts';
import type { PartialPlan } from '../../core/documents/partial-plan.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { type PlanSlice, planSlices } from '../../core/solve/requests.ts';
import { solveSlice } from '../../core/solve/slices/solve-slice.ts';
import { planWorld } from '../../local/world/open-world.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheel = (fileName: string, metadata = ''): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName, metadata }),
});

const shared = 'Requires-Dist: c>=1\nRequires-Dist: d; sys_platform == "win32"\n';

/** Each slice cut into slices of one request. */
const singles = (slices: readonly PlanSlice[]): PlanSlice[] =>
  slices.flatMap(({ platform, requests }) => requests.map((request) => ({ platform, requests: [request] })));

it('a plan for pip is the same bytes however the work was cut, and whatever part comes first', async () => {
  await lab.publish([
    small('python 3.12.1', [], { subdir: 'noarch' }),
    small('pip 24.0', ['python'], { subdir: 'noarch' }),
  ]);
  lab.intercept = serveProjects({
    a: [wheel('a-1.0-py3-none-any.whl', shared)],
    b: [wheel('b-1.0-py3-none-any.whl', `${shared}Requires-Dist: e\n`)],
    c: [wheel('c-1.0-cp312-cp312-manylinux_2_17_x86_64.whl'), wheel('c-1.0-cp312-cp312-win_amd64.whl')],
    d: [wheel('d-1.0-py3-none-any.whl')],
  });
  const options = {
    indexes: [`${lab.upstream.url}/simple`],
    platforms: ['linux-64', 'win-64'],
    python: ['3.11', '3.12'],
  };
  const allowlist = lab.allowlist([{ pypi: 'b' }, { pypi: 'a ==1.0' }, { pypi: 'c' }], options);
  const world = planWorld(lab.world, () => {});
  const usual = planSlices(allowlist);
  const plans: string[] = [];
  for (const cut of [usual, singles(usual), singles(usual).toReversed()]) {
    const parts: PartialPlan[] = [];
    for (const slice of cut) parts.push(await solveSlice(slice, allowlist, world));
    const { simple, warnings } = await makePlan(allowlist, parts, world);
    plans.push(canonicalJson({ simple, warnings }));
    expect(simple.files.map(({ fileName, why }) => `${fileName} for ${why.join(' and ')}`)).toEqual([
      'a-1.0-py3-none-any.whl for pypi:a ==1.0',
      'c-1.0-cp312-cp312-manylinux_2_17_x86_64.whl for pypi:a ==1.0 and pypi:c',
      'c-1.0-cp312-cp312-win_amd64.whl for pypi:a ==1.0 and pypi:c',
      'd-1.0-py3-none-any.whl for pypi:a ==1.0',
    ]);
  }
  expect(new Set(plans).size).toBe(1);
  const partial = await makePlan(allowlist, [await solveSlice(usual[0] ?? expect.fail(), allowlist, world)], world);
  expect(partial.complete).toBe(false);
  expect(partial.simple.entries.filter(({ platform }) => platform === 'win-64').map(({ status }) => status)).toEqual([
    'failed',
    'failed',
    'failed',
  ]);
});
