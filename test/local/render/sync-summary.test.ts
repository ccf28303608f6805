import { afterEach, beforeEach, expect, it } from 'vitest';
import { syncJson, syncSummary } from '../../../local/render/sync.ts';
import { type Lab, small, startLab } from '../../support/cli/start-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab[Symbol.asyncDispose]());

it('tells what was carried out, not what was planned, and what waits', async () => {
  await lab.publish([small('a 1.0'), small('b 1.0'), small('c 1.0')]);
  await lab.sync(lab.allowlist(['a', 'b']));
  lab.intercept = (request, response, next) => (request.url?.includes('/c-') ? response.writeHead(404).end() : next());
  const cut = await lab.sync(lab.allowlist(['b', 'c']));
  expect(cut.plan.drop).toEqual(['linux-64/a-1.0-0.conda']);
  expect(cut.failed.map(({ subject }) => subject)).toEqual(['linux-64/c-1.0-0.conda']);
  // What leaves waits for no file that cannot be fetched.
  expect(syncSummary(cut, [])).toMatch(/^fetched 0, changed 0, dropped 1; 1 packages in the index\n(?!not yet)/);
  const nothing = { changed: [], dropped: [], hotfixed: [] };
  expect(syncSummary({ ...cut, applied: nothing }, [])).toContain(
    'until every fetch succeeds: 0 to change, 1 to drop\n',
  );
  lab.intercept = null;
  const whole = await lab.sync(lab.allowlist(['b', 'c']));
  expect(syncSummary(whole, [])).toMatch(/^fetched 1, changed 0, dropped 0; 2 packages in the index\nproof: /);
  expect(JSON.parse(syncJson(whole))).toMatchObject({ applied: nothing });
});
