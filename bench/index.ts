// Indexing beside the floor and any peer: a folder that was never indexed, then one package more; and one package more
// on a large subdir that exists only as its state, and all shards of one.
// node bench/index.ts [--runs 3] [--only TEXT] [--cache DIR] [--peer 'name=command with {folder}']...
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { subdirSchema } from '../core/names/subdir.ts';
import { benchPackages, onePackage } from './support/bench-packages.ts';
import { floor, gatehouse, parsePeer } from './support/contender.ts';
import type { PackagesShape } from './support/generate-packages.ts';
import { machine } from './support/machine.ts';
import { type Measured, measure } from './support/measure.ts';
import { medians } from './support/medians.ts';
import { race } from './support/race.ts';
import { writeSyntheticState } from './support/synthetic-subdir.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    cache: { type: 'string', default: join(tmpdir(), 'gatehouse-bench-packages') },
    peer: { type: 'string', multiple: true, default: [] },
  },
});
const runs = Number(values.runs);
const linux64 = subdirSchema.parse('linux-64');
const contenders = [floor, gatehouse, ...values.peer.map(parsePeer)];
const corpus = resolve(process.env['GATEHOUSE_CORPUS'] ?? '../shared/corpus', 'channels/conda-forge');

const generated = (name: string, shape: Omit<PackagesShape, 'subdir'>) => ({
  name,
  packages: () => benchPackages(values.cache, name.replaceAll(/\W+/g, '-'), { subdir: 'linux-64', ...shape }),
});
const folders = [
  generated('1,000 of 5 KB', { count: 1000 }),
  generated('5,000 of 5 KB', { count: 5000 }),
  generated('20,000 of 5 KB', { count: 20_000 }),
  generated('1,000 around 200 KB', { count: 1000, medianBytes: 200_000 }),
  generated('5,000 around 200 KB', { count: 5000, medianBytes: 200_000 }),
  generated('5,000 around 200 KB, .conda only', { count: 5000, medianBytes: 200_000, formats: ['.conda'] }),
  ...(existsSync(corpus) ? [{ name: 'the corpus', packages: async () => corpus }] : []),
];

await mkdir(values.cache, { recursive: true });
const work = await mkdtemp(join(values.cache, 'work-'));
const rows: string[][] = [];
try {
  const oneMore = await onePackage(work, 0);
  for (const { name, packages } of folders.filter((folder) => folder.name.includes(values.only))) {
    const results = await race({
      contenders,
      folder: await packages(),
      oneMore,
      runs,
      work: await mkdtemp(join(work, 'race-')),
    });
    const bound = medians(results.get(floor)?.cold ?? []).wall;
    for (const [tool, { cold }] of results) report(`${name}, cold`, tool.name, medians(cold), bound);
    for (const [tool, { plusOne }] of results) if (tool !== floor) report(`${name}, +1`, tool.name, medians(plusOne));
  }
  for (const records of [5000, 100_000, 500_000]) {
    const name = `${records.toLocaleString('en')} records`;
    if (name.includes(values.only))
      report(`${name}, +1 by event`, gatehouse.name, medians(await plusOneByEvent(records)));
  }
  if ('shards of 500,000 records'.includes(values.only)) await allShards(500_000);
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(`${machine()}; median of ${runs}, in turn\n`);
console.log(table(['what', 'by', 'wall s', 'CPU s', 'peak MB', 'read MB', 'written MB', 'of the floor'], rows));

function report(what: string, by: string, { wall, cpu, peak, read, written }: Measured, bound?: number): void {
  const megabytes = [peak, read, written].map((bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0));
  const row = [
    what,
    by,
    wall.toFixed(2),
    cpu.toFixed(2),
    ...megabytes,
    bound === undefined ? '' : `${(wall / bound).toFixed(2)}x`,
  ];
  rows.push(row);
  console.error(row.join('  '));
}

/** Compiled files are kept between processes, as the command line does and as a bundle makes needless. */
function processOf(file: string): string {
  const compiled = join(values.cache, 'compiled');
  return `NODE_COMPILE_CACHE='${compiled}' '${process.execPath}' '${join(import.meta.dirname, file)}'`;
}

/** Beside the obvious way, from `repodata.json` as objects. */
async function allShards(records: number): Promise<void> {
  const folder = join(work, 'synthetic');
  await writeSyntheticState({ store: folderStore(folder), channel: 'conda', subdir: linux64 }, records);
  await measure(`${processOf('index-changed.ts')} '${folder}' linux-64`);
  const ways = [
    { name: gatehouse.name, command: `${processOf('shards-ours.ts')} '${folder}' linux-64` },
    { name: 'objects', command: `${processOf('shards-objects.ts')} '${folder}/conda/linux-64/repodata.json'` },
  ];
  const measured = new Map(ways.map((way): [typeof way, Measured[]] => [way, []]));
  for (let run = 0; run < runs; run++) for (const [way, all] of measured) all.push(await measure(way.command));
  for (const [{ name }, all] of measured)
    report(`shards of ${records.toLocaleString('en')} records`, name, medians(all));
  await rm(folder, { recursive: true });
}

/** As in the cloud, where an event names the new package and nothing is listed. */
async function plusOneByEvent(records: number): Promise<Measured[]> {
  const folder = join(work, 'synthetic');
  await writeSyntheticState({ store: folderStore(folder), channel: 'conda', subdir: linux64 }, records);
  const indexChanged = `${processOf('index-changed.ts')} '${folder}' linux-64`;
  await measure(indexChanged);
  const measured: Measured[] = [];
  await mkdir(join(folder, 'conda', 'linux-64'), { recursive: true });
  for (let run = 0; run < runs; run++) {
    const file = await onePackage(work, run);
    await copyFile(file, join(folder, 'conda', 'linux-64', basename(file)));
    measured.push(await measure(`${indexChanged} conda/linux-64/${basename(file)}`));
  }
  await rm(folder, { recursive: true });
  return measured;
}
