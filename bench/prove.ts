// Proving a large channel for the first time, with nothing changed, and after one package changed, as the prover does:
// a process each, every request to the store made slow.
// node bench/prove.ts [--records 20000] [--entries 300] [--latency 25] [--limit 900] [--first]; `--first` does the first alone
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateNames } from './support/generate-names.ts';
import { generateUpstream } from './support/generate-upstream.ts';
import { machine } from './support/machine.ts';
import { measure } from './support/measure.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '20000' },
    entries: { type: 'string', default: '300' },
    latency: { type: 'string', default: '25' },
    limit: { type: 'string', default: '900' },
    first: { type: 'boolean', default: false },
  },
});
const shape = { records: Number(values.records), seed: 1, platforms: ['linux-64', 'osx-arm64', 'win-64'] };
const names = generateNames(shape);
const every = Math.floor(names.length / Number(values.entries));
const packages = names
  .flatMap(({ name }, place) => (place % every === every - 1 ? [name] : []))
  .slice(0, +values.entries);

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-prove-'));
const rows: (string | number)[][] = [];
try {
  await generateUpstream(join(folder, 'conda'), shape, ['json']);
  const allowlist = { channels: ['https://upstream.invalid'], platforms: shape.platforms, packages };
  await mkdir(join(folder, '_gatehouse'));
  await writeFile(join(folder, '_gatehouse/allowlist.json'), JSON.stringify(allowlist));
  await proving('for the first time');
  if (!values.first) {
    await proving('nothing changed');
    await touch(packages[Math.floor(packages.length / 2)] ?? '');
    await proving('one package changed');
  }
  console.log(
    `${machine()}; ${shape.records} records, ${packages.length} entries on 3 platforms, ${values.latency} ms a request\n`,
  );
  console.log(table(['proof', 'wall s', 'CPU s', 'peak MB', 'solves', 'installable'], rows));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Proves in a process of its own, which is ended at the limit. */
async function proving(what: string): Promise<void> {
  const report = join(folder, 'report');
  await writeFile(report, '- -');
  const script = join(import.meta.dirname, 'prove-once.ts');
  const command = `timeout ${values.limit} '${process.execPath}' '${script}' '${folder}' ${values.latency} '${report}'`;
  const { wall, cpu, peak } = await measure(`${command} || test $? = 124`);
  const [solves = '', installable = ''] = (await readFile(report, 'utf8')).split(' ');
  const walls = solves === '-' ? `cut off at ${values.limit}` : wall.toFixed(1);
  rows.push([what, walls, cpu.toFixed(1), (peak / 1e6).toFixed(0), solves, installable]);
}

/** Gives the first record of a name, in whichever subdir it is, another time. */
async function touch(name: string): Promise<void> {
  for (const subdir of [...shape.platforms, 'noarch']) {
    const file = join(folder, 'conda', subdir, 'repodata.json');
    const text = await readFile(file, 'utf8');
    const touched = text.replace(new RegExp(`("name":"${name}".{0,400}?"timestamp":)(\\d+)`), '$1$21');
    if (touched !== text) return writeFile(file, touched);
  }
}
