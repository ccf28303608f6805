import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { buildWheel } from '../python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../python/serve-projects.ts';
import { damage, lab } from './lab.ts';
import { small } from './start-lab.ts';

const path = resolve(import.meta.dirname, '../../../allowlist.json');
const shippedSchema = z.looseObject({ platforms: z.array(z.string()), packages: z.array(z.unknown()) });
const platforms = ['linux-64', 'osx-64', 'win-64'];

const decorator = 'decorator-5.1.1-py3-none-any.whl';
const networkx = 'networkx-1.10-0gatehouse1-cp36.cp37.cp38-none-any.whl';

/** An upstream with the names and versions of the shipped allowlist, and an index that has networkx 1.10 as an sdist alone. */
async function publishUpstream(sdist: ServedFile): Promise<void> {
  const noarch = [small('pip 24.0', ['python']), small('decorator 5.1.1', ['python'])];
  const native = [
    'python 3.8.18',
    'python 3.12.1',
    'orange3 3.29.3',
    'orange3 3.30.1',
    'spyder 5.0.4',
    'jupyterlab 3.1.3',
  ];
  const needing = (text: string) => (text.startsWith('python') ? [] : ['python']);
  await lab.publish([
    ...noarch.map((spec) => ({ ...spec, subdir: 'noarch' })),
    ...platforms.flatMap((subdir) => native.map((text) => small(text, needing(text), { subdir }))),
  ]);
  const wheel = {
    fileName: decorator,
    bytes: buildWheel({ fileName: decorator, metadata: 'Requires-Python: >=3.5\n' }),
  };
  lab.intercept = serveProjects({ networkx: [sdist], decorator: [wheel] });
}

/** Takes the shipped allowlist, as it is but for its upstreams, from a plan to a proof. */
export async function holdShippedAllowlist(sdist: ServedFile): Promise<void> {
  await publishUpstream(sdist);
  const { packages, channels: _channels, ...rest } = parseJson(readFileSync(path, 'utf8'), shippedSchema, path);
  const shipped = lab.allowlist(packages, { ...rest, indexes: [`${lab.upstream.url}/simple`] });
  expect([packages.length, rest.platforms]).toEqual([5, platforms]);
  const { plan, problems, proof } = await lab.sync(shipped);
  expect(problems).toEqual([]);
  expect(proof.proof.entries.map(({ entry, platform, installable }) => [entry, platform, installable])).toHaveLength(
    15,
  );
  expect(proof.proof.entries.filter(({ installable }) => !installable)).toEqual([]);
  const made = plan.artifacts.filter(({ made: of }) => of !== undefined);
  expect(made.map(({ filename, record }) => [filename.replace(/_.*/, ''), record.depends])).toEqual([
    ['networkx-1.10-pypi', ['decorator >=3.4.0', 'python <3.9']],
  ]);
  expect(plan.simple.add).toEqual([`simple/decorator/${decorator}`, `simple/networkx/${networkx}`]);
  expect(proof.proof.pip.map(({ platform, pythons }) => [platform, pythons])).toEqual(
    platforms.map((platform) => [platform, ['3.8']]),
  );
  expect(await damage()).toEqual([]);
  const again = await lab.sync(shipped);
  expect([again.problems, again.plan.add, again.plan.simple.add]).toEqual([[], [], []]);
}
