// What an event costs the indexer's function where each request to the store takes as long as S3's may.
// node bench/index-latency.ts [--runs 3] [--only TEXT] [--latency 25] [--cache DIR] [--code DIR]
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { subdirSchema } from '../core/names/subdir.ts';
import { onePackage } from './support/bench-packages.ts';
import { machine } from './support/machine.ts';
import { type Measured, measure } from './support/measure.ts';
import { median } from './support/median.ts';
import { medians } from './support/medians.ts';
import { writeSyntheticState } from './support/synthetic-subdir.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    latency: { type: 'string', default: '25' },
    cache: { type: 'string', default: join(tmpdir(), 'gatehouse-bench-latency') },
    /** A checkout whose code is measured: this one, or one from before a change with this folder's files in it. */
    code: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});
const subdirs = ['linux-64', 'osx-64', 'win-64'];
const index = `'${process.execPath}' '${join(values.code, 'bench', 'index-event.ts')}'`;
const rows: string[][] = [];

await mkdir(values.cache, { recursive: true });
const work = await mkdtemp(join(values.cache, 'work-'));
try {
  for (const records of [20_000, 500_000]) {
    for (const count of [1, 3]) {
      const name = `${count} of ${records.toLocaleString('en')} records`;
      if (name.includes(values.only)) await measureAll(name, records, subdirs.slice(0, count));
    }
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(`${machine()}; ${values.latency} ms a request, median of ${values.runs}\n`);
console.log(table(['subdirs', 'event', 'wall s', 'CPU s', 'peak MB', 'requests'], rows));

async function measureAll(name: string, records: number, touched: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(work, 'store-'));
  for (const subdir of touched) {
    const place = { store: folderStore(folder), channel: 'conda', subdir: subdirSchema.parse(subdir) } as const;
    await writeSyntheticState(place, records);
    await mkdir(join(folder, 'conda', subdir), { recursive: true });
  }
  const all = touched.map((subdir) => JSON.stringify({ type: 'index', subdir }));
  report(name, 'first index', [await invoke(folder, all)]);
  const ofEach: Run[] = [];
  const ofOne: Run[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    ofOne.push(await invoke(folder, await added(folder, touched.slice(0, 1), 2 * run)));
    if (touched.length > 1) ofEach.push(await invoke(folder, await added(folder, touched, 2 * run + 1)));
  }
  report(name, 'a package more in one', ofOne);
  if (touched.length > 1) report(name, 'a package more in each', ofEach);
  report(name, 'all listed, nothing changed', [await invoke(folder, all)]);
  await rm(folder, { recursive: true });
}

/** Copies a new package into each subdir. Returns the messages that say so. */
async function added(folder: string, touched: readonly string[], number: number): Promise<string[]> {
  const messages: string[] = [];
  for (const subdir of touched) {
    const file = await onePackage(work, number, subdir);
    const key = `conda/${subdir}/${basename(file)}`;
    await copyFile(file, join(folder, key));
    messages.push(JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key } } }] }));
  }
  return messages;
}

interface Run {
  readonly measured: Measured;
  readonly requests: number;
}

async function invoke(folder: string, messages: readonly string[]): Promise<Run> {
  const counted = join(work, 'requests.json');
  const compiled = `NODE_COMPILE_CACHE='${join(values.cache, 'compiled')}'`;
  const said = messages.map((message) => `'${message}'`).join(' ');
  const measured = await measure(`${compiled} ${index} '${folder}' ${values.latency} '${counted}' ${said}`);
  const requests: Record<string, number> = JSON.parse(await readFile(counted, 'utf8'));
  console.error(JSON.stringify(requests));
  return { measured, requests: Object.values(requests).reduce((sum, count) => sum + count, 0) };
}

function report(name: string, event: string, runs: readonly Run[]): void {
  const { wall, cpu, peak } = medians(runs.map(({ measured }) => measured));
  const requests = median(runs.map((run) => run.requests)).toLocaleString('en');
  const row = [name, event, wall.toFixed(1), cpu.toFixed(1), (peak / 1e6).toFixed(0), requests];
  rows.push(row);
  console.error(row.join('  '));
}
