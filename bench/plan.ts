// Planning many entries over a generated upstream on three platforms: first, again, with one entry more, and by one thread.
// node bench/plan.ts [--records 20000] [--entries 50] [--runs 3] [--free]; `--free` asks no gate
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../core/json/json.ts';
import { serveFolder } from '../local/sample/serve-folder.ts';
import { generateUpstream } from './support/generate-upstream.ts';
import { machine } from './support/machine.ts';
import { median } from './support/median.ts';
import { planShape } from './support/plan-shape.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    entries: { type: 'string' },
    runs: { type: 'string' },
    free: { type: 'boolean' },
  },
});
const records = Number(values.records ?? 20_000);
const entries = Number(values.entries ?? 50);
const runs = Number(values.runs ?? 3);

const plannedSchema = z.object({
  wall: z.number(),
  cpu: z.number(),
  outside: z.number(),
  calls: z.number(),
  peak: z.number(),
  outcome: z.string(),
});
type Planned = z.infer<typeof plannedSchema>;

interface Planning {
  readonly channel: string;
  readonly store: string;
  readonly entries: number;
  readonly threads: number;
}

async function planOnce({ channel, store, entries: count, threads }: Planning): Promise<Planned> {
  const script = join(import.meta.dirname, 'plan-once.ts');
  const gate = values.free === true ? 'free' : 'gate';
  const told = await promisify(execFile)(process.execPath, [
    ...[script, channel, store, String(records), String(count), String(threads), gate],
  ]);
  return parseJson(told.stdout, plannedSchema, 'what plan-once.ts prints');
}

/** One store is planned for three times, another once by one thread. */
async function planAll(channel: string, folder: string): Promise<Map<string, Planned>> {
  const two = { channel, store: join(folder, 'two'), threads: 2 };
  return new Map([
    ['first', await planOnce({ ...two, entries })],
    ['again, nothing changed', await planOnce({ ...two, entries })],
    ['again, one entry more', await planOnce({ ...two, entries: entries + 1 })],
    ['first, one thread', await planOnce({ channel, store: join(folder, 'one'), threads: 1, entries })],
  ]);
}

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
const rows: (string | number)[][] = [];
try {
  for (const form of ['shards', 'zst'] as const) {
    const upstream = join(folder, form);
    await generateUpstream(upstream, planShape(records), [form, 'json']);
    const server = await serveFolder(upstream);
    const planned: Map<string, Planned>[] = [];
    for (let run = 0; run < runs; run++) planned.push(await planAll(server.url, join(folder, `${form}-${run}`)));
    await server.close();
    rows.push(...rowsOf(form, planned));
  }
  console.log(`${machine()}; ${entries} entries, ${records} records, 3 platforms, median of ${runs}\n`);
  const head = [
    'upstream',
    'plan',
    'wall s',
    'of the first',
    'CPU s',
    'outside the solver',
    'solves',
    'peak MB',
    'outcome',
  ];
  console.log(table(head, rows));
  console.log('\ngoals: again under a tenth of the first; of the first, under a third outside the solver');
} finally {
  await rm(folder, { recursive: true, force: true });
}

function rowsOf(form: string, planned: readonly Map<string, Planned>[]): (string | number)[][] {
  const firsts = planned.flatMap((run) => run.get('first') ?? []);
  return [...(planned[0]?.keys() ?? [])].map((plan) => {
    const all = planned.flatMap((run) => run.get(plan) ?? []);
    const middle = (of: (one: Planned) => number) => median(all.map(of));
    const ratio = middle(({ wall }) => wall) / median(firsts.map(({ wall }) => wall));
    return [
      ...[form, plan, middle(({ wall }) => wall).toFixed(2), `${(ratio * 100).toFixed(0)} %`],
      ...[middle(({ cpu }) => cpu).toFixed(2), `${(middle(({ outside }) => outside) * 100).toFixed(0)} %`],
      ...[middle(({ calls }) => calls), middle(({ peak }) => peak).toFixed(0), all[0]?.outcome ?? ''],
    ];
  });
}
