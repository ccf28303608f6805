// The gate's reading of packages (archive, consistency and install-code checks) beside merely decompressing and hashing them.
// node bench/gate.ts [--runs 3] [--megabytes 200] [--corpus DIR] [--python PYTHON]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../core/json/json.ts';
import { machine } from './support/machine.ts';
import { buildManyFiles } from './support/many-files.ts';
import { median } from './support/median.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    megabytes: { type: 'string', default: '200' },
    corpus: { type: 'string', default: process.env['GATEHOUSE_CORPUS'] ?? '../shared/corpus' },
    python: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-gate-'));

/** What conda's own reader takes to list a package and hash its members. */
const script = `
import hashlib, json, re, sys, time
from conda_package_streaming import package_streaming
paths = json.load(open(sys.argv[1]))
start = time.process_time()
for path in paths:
    for component in ['info', 'pkg'] if path.endswith('.conda') else ['pkg']:
        for tar, member in package_streaming.stream_conda_component(path, component=component):
            if member.isreg(): hashlib.sha256(tar.extractfile(member).read()).digest()
peak = 1024 * int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])
print(json.dumps({'cpu': time.process_time() - start, 'peak': peak}))
`;

const costSchema = z.object({ cpu: z.number(), peak: z.number() });
type Cost = z.infer<typeof costSchema>;

function cost(command: string, args: readonly string[]): Cost {
  return parseJson(execFileSync(command, [...args], { encoding: 'utf8' }), costSchema, command);
}

/** Each contender once, in turn. */
function compare(list: string): ReadonlyMap<string, Cost> {
  const ours = (mode: string) => cost(process.execPath, [join(import.meta.dirname, 'gate-one.ts'), mode, list]);
  const peer = values.python === undefined ? [] : [['conda-package-streaming', values.python] as const];
  return new Map([
    ['decompressed and hashed', ours('floor')],
    ['gate', ours('gate')],
    ...peer.map(([name, python]) => [name, cost(python, ['-c', script, list])] as const),
  ]);
}

function rowsOf(what: string, paths: readonly string[]): (string | number)[][] {
  const list = join(folder, 'list.json');
  writeFileSync(list, JSON.stringify(paths));
  const runs = Array.from({ length: Number(values.runs) }, () => compare(list));
  const middle = (name: string, of: (cost: Cost) => number) =>
    median(runs.flatMap((run) => [run.get(name)].flatMap((one) => (one ? [of(one)] : []))));
  const floor = middle('decompressed and hashed', ({ cpu }) => cpu);
  return [...(runs[0]?.keys() ?? [])].map((name) => {
    const cpu = middle(name, (one) => one.cpu);
    return [
      what,
      name,
      cpu.toFixed(2),
      `${(cpu / floor).toFixed(2)}x`,
      (middle(name, ({ peak }) => peak) / 1e6).toFixed(0),
    ];
  });
}

try {
  const channels = resolve(values.corpus, 'channels');
  const corpus = readdirSync(channels, { recursive: true, encoding: 'utf8' }).map((path) => join(channels, path));
  const of = (ending: string) => corpus.filter((path) => path.endsWith(ending)).sort();
  const large = await buildManyFiles(folder, Number(values.megabytes) * 1e6);
  const rows = [
    ...rowsOf(`${of('.conda').length} .conda of the corpus`, of('.conda')),
    ...rowsOf(`${of('.tar.bz2').length} .tar.bz2 of the corpus`, of('.tar.bz2')),
    ...rowsOf(`a .conda of ${values.megabytes} MB unpacked`, [large]),
  ];
  console.log(`${machine()}; median of ${values.runs}, processor time, in turn\n`);
  console.log(table(['packages', 'by', 'CPU s', 'of the floor', 'peak MB'], rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
