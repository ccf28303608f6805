// Planning many entries over a generated upstream on three platforms, and how much of it is spent outside the solver.
// node bench/plan.ts [--records 20000] [--entries 50] [--runs 3] [--free]; `--free` asks no gate
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllowlist } from '../core/documents/allowlist/parse-allowlist.ts';
import type { Solver } from '../core/ports/solver.ts';
import { plan } from '../core/steps/plan.ts';
import { serveFolder } from '../local/sample/serve-folder.ts';
import { openWorld, planWorld } from '../local/world/open-world.ts';
import { openPlanGate } from '../local/world/plan-gate.ts';
import { generateNames } from './support/generate-names.ts';
import { generateUpstream } from './support/generate-upstream.ts';
import { machine } from './support/machine.ts';
import { median } from './support/median.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    entries: { type: 'string' },
    runs: { type: 'string' },
    free: { type: 'boolean' },
  },
});
const shape = { records: Number(values.records ?? 20_000), seed: 1, platforms: ['linux-64', 'osx-arm64', 'win-64'] };
const entries = Number(values.entries ?? 50);
const runs = Number(values.runs ?? 3);

/** The last names of a generated upstream need the most others. */
const packages = generateNames(shape)
  .slice(-entries)
  .map(({ name }) => name);
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
const rows: (string | number)[][] = [];
try {
  for (const form of ['shards', 'zst'] as const) {
    const upstream = join(folder, form);
    await generateUpstream(upstream, shape, [form, 'json']);
    const server = await serveFolder(upstream);
    const document = { channels: [server.url], platforms: shape.platforms, packages };
    const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const [walls, shares]: [number[], number[]] = [[], []];
    let summary = '';
    for (let run = 0; run < runs; run++) {
      await using world = openWorld(join(folder, `store-${form}-${run}`));
      const timed = timedSolver(world.solver);
      const started = performance.now();
      const planGate = openPlanGate(parsed.allowlist, { ...world, log: () => {} }, { mayWrite: false });
      const gated = values.free === true ? {} : { planGate };
      const planned = await plan(parsed.allowlist, { ...planWorld(world, () => {}), ...gated, solver: timed.solver });
      const wall = performance.now() - started;
      walls.push(wall);
      shares.push((wall - timed.spent()) / wall);
      const solved = planned.entries.filter(({ status }) => status === 'solved').length;
      summary = `${solved}/${planned.entries.length} solved, ${planned.artifacts.length} artifacts`;
    }
    rows.push([form, (median(walls) / 1000).toFixed(2), `${(median(shares) * 100).toFixed(0)} %`, summary]);
    await server.close();
  }
  console.log(
    `${machine()}; ${entries} entries, ${shape.records} records, 3 platforms, cold cache, median of ${runs}\n`,
  );
  console.log(table(['upstream', 'plan s', 'outside the solver', 'outcome'], rows));
  console.log(
    `\npeak RSS ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB; goal: under a third outside the solver`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Counts the time in which at least one solve is under way. */
function timedSolver(inner: Solver): { solver: Solver; spent(): number } {
  let spent = 0;
  let running = 0;
  let since = 0;
  return {
    spent: () => spent,
    solver: {
      async solve(pool, specs) {
        if (running++ === 0) since = performance.now();
        try {
          return await inner.solve(pool, specs);
        } finally {
          if (--running === 0) spent += performance.now() - since;
        }
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    },
  };
}
