import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { parseProjectName } from '../../core/names/project-name.ts';
import { isForEveryPlatform, parseWheelFileName, type WheelFileName } from '../../core/names/wheel-file-name.ts';
import { damage, lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { runPython } from '../support/machine/run-python.ts';
import { corpus } from '../support/packages/corpus.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const folder = process.env['GATEHOUSE_WHEELS'] ?? join(corpus, '../clients');

/** The wheels that the tests run with: real tools, with all that they need. */
const wheels = readdirSync(folder).flatMap((fileName) => {
  const name = parseWheelFileName(fileName);
  return name.ok ? [name.wheel] : [];
});
const projects = Map.groupBy(wheels, ({ project }) => project);
const isPure = (own: readonly WheelFileName[]) => own.some(isForEveryPlatform);

const served = (own: readonly WheelFileName[]): ServedFile[] =>
  own.map(({ fileName }) => ({ fileName, bytes: readFileSync(join(folder, fileName)) }));

/** What has no wheel for every platform is in a channel, under the same name and said to be it; so are pip and pycparser. */
const inChannel = [...projects].filter(([project, own]) => ['pip', 'pycparser'].includes(project) || !isPure(own));

/** What binary wheels need. */
const needs: Readonly<Record<string, readonly string[]>> = { cryptography: ['cffi'], cffi: ['pycparser'] };

/** What pip would install for Python 3.11 of the same wheels, normal names. */
const script = `
import json, subprocess, sys
for line in sys.stdin:
    tool, folder = json.loads(line)
    report = subprocess.run([sys.executable, '-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--quiet', '--no-index',
        '--find-links', folder, '--report', '-', tool], check=True, capture_output=True, text=True).stdout
    print(json.dumps([item['metadata']['name'] for item in json.loads(report)['install']]))
`;

it.each([
  ['flit', 0],
  ['twine', 0],
  ['hatch', 0],
  ['poetry', 1],
])('%s is closed over the index and a channel as pip closes it over the index, extras too', async (pypi, extras) => {
  const conda = inChannel.flatMap(([project, [first]]) =>
    first ? [small(`${project} ${first.version.text}`, ['python', ...(needs[project] ?? [])])] : [],
  );
  const purls = conda.map(({ name, version }) => [`${name}-${version}-0.conda`, { purls: [`pkg:pypi/${name}`] }]);
  await lab.publish([small('python 3.11.7'), ...conda], Object.fromEntries(purls));
  lab.intercept = serveProjects(Object.fromEntries([...projects].map(([name, own]) => [name, served(own)])));
  const more = { indexes: [`${lab.upstream.url}/simple`], python: ['3.11'] };
  const { plan, problems } = await lab.sync(lab.allowlist([{ pypi, dependencies: 'pypi' }], more));
  expect(problems).toEqual([]);
  const [installed = ''] = runPython(script, [[pypi, folder]]);
  const names = parseJson(installed, z.array(z.string()), 'what pip installs').map(parseProjectName);
  const planned = plan.artifacts.map(({ record }) => record.name);
  expect(planned.filter((name) => name !== 'python').sort()).toEqual([...new Set([...names, 'pip'])].sort());
  const made = plan.artifacts.filter((artifact) => artifact.made !== undefined);
  const known = new Set<string>(inChannel.map(([project]) => project));
  expect(made.map(({ record }) => record.name).filter((name) => known.has(name))).toEqual([]);
  const within = made.filter(({ record }) => record.depends.some((text) => / ==[^,]*$/.test(text)));
  expect(within.length).toBeGreaterThanOrEqual(extras);
  expect(await damage()).toEqual([]);
});
