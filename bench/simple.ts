// The pip index: pages of many projects from nothing and after one file more, and how they are served beside a peer.
// node bench/simple.ts [--runs 3] [--projects 1000] [--files 20] [--cache DIR] [--peer 'name=command with {folder} and {port}']
import { spawn } from 'node:child_process';
import { link, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { indexProjects } from '../core/steps/index-projects.ts';
import { testGate } from '../test/support/gate/test-gate.ts';
import { project } from '../test/support/simple/simple-scene.ts';
import { benchProjects, decideAll, oneWheel } from './support/bench-projects.ts';
import { parsePeer } from './support/contender.ts';
import { answerMs, answersPerSecond, freePort, untilServed } from './support/load.ts';
import { machine } from './support/machine.ts';
import { type Measured, measure } from './support/measure.ts';
import { median } from './support/median.ts';
import { medians } from './support/medians.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    projects: { type: 'string', default: '1000' },
    files: { type: 'string', default: '20' },
    cache: { type: 'string', default: join(tmpdir(), 'gatehouse-bench-packages') },
    peer: { type: 'string', multiple: true, default: [] },
  },
});
const [runs, projects, files] = [values.runs, values.projects, values.files].map(Number);
if (!runs || !projects || !files) throw new Error('how many?');
await mkdir(values.cache, { recursive: true });
const folder = await benchProjects(values.cache, { projects, files });
const store = folderStore(folder);
const compiled = `NODE_COMPILE_CACHE='${join(values.cache, 'compiled')}' '${process.execPath}'`;
const index = `${compiled} '${join(import.meta.dirname, 'index-projects.ts')}' '${folder}'`;

const cold: Measured[] = [];
for (let run = 0; run < runs; run++) {
  await measure(`rm -rf '${folder}'/_gatehouse/state && find '${folder}/simple' -name 'index.*' -delete`);
  cold.push(await measure(index));
}
const again: Measured[] = [];
for (let run = 0; run < runs; run++) again.push(await measure(index));

const one: Measured[] = [];
const inProcess: number[] = [];
for (let run = 0; run < 2 * runs; run++) {
  await oneWheel(store, run, files);
  const name = await decideAll(store, run, files + 1);
  if (run < runs) one.push(await measure(`${index} ${name}`));
  else
    inProcess.push(
      await timed(() =>
        indexProjects([project(name)], { store, gate: testGate(store), clock: systemClock, log: () => {} }),
      ),
    );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const rows = [
  ['from nothing', medians(cold)],
  ['nothing changed', medians(again)],
  ['one file more, by event', medians(one)],
] as const;
console.log(`${machine()}; ${projects} projects of ${files} files, median of ${runs}\n`);
console.log(
  table(
    ['pages', 'wall s', 'CPU s', 'peak MB', 'read MB', 'written MB'],
    rows.map(([what, { wall, cpu, peak, read, written }]) => [
      what,
      wall.toFixed(2),
      cpu.toFixed(2),
      ...[peak, read, written].map((bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)),
    ]),
  ),
);
console.log(
  `\nof one file more, in a process that runs already: ${median(inProcess).toFixed(3)} s (goal: under 0.3)\n`,
);

/** The wheels alone, as peers want them. */
async function wheelsOnly(): Promise<string> {
  const wheels = join(values.cache, 'simple-wheels');
  await rm(wheels, { recursive: true, force: true });
  await mkdir(wheels, { recursive: true });
  for (const name of await readdir(join(folder, 'simple'), { recursive: true }))
    if (name.endsWith('.whl'))
      await link(join(folder, 'simple', name), join(wheels, name.slice(name.indexOf('/') + 1)));
  return wheels;
}

const bin = join(import.meta.dirname, '../bin/gatehouse.ts');
const servers = [
  { name: 'gatehouse', command: `exec '${process.execPath}' '${bin}' serve --store '${folder}' --port {port}` },
  ...values.peer.map(parsePeer),
];
const wheels = values.peer.length === 0 ? folder : await wheelsOnly();
const simpleJson = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01';
const served: string[][] = [];
for (const { name, command } of servers) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/simple/`;
  const line = command.replaceAll('{folder}', wheels).replaceAll('{port}', `${port}`);
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const start = await untilServed(`${base}bench0000/`);
    const first = await timed(() => answerMs(base, simpleJson, 1));
    const pages = Array.from(
      { length: Math.min(projects, 100) },
      (_, i) => `${base}bench${String(i).padStart(4, '0')}/`,
    );
    const [root, page] = [await answerMs(base, simpleJson, 21), await answerMs(pages[0] ?? base, simpleJson, 101)];
    const load = { clients: 8, seconds: 5, accept: simpleJson };
    const perSecond = await answersPerSecond(pages, load);
    const cells = [start.toFixed(2), (first * 1000).toFixed(0), root.toFixed(1), page.toFixed(1), perSecond.toFixed(0)];
    served.push([name, ...cells]);
  } finally {
    child.kill();
  }
}
const head = [
  'served by',
  'start s',
  'first root page ms',
  'root page ms',
  "one project's page ms",
  'pages a second, 8 clients',
];
console.log(table(head, served));
