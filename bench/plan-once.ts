// A process of its own: plans the last packages of a generated upstream as `gatehouse plan` does, and prints what that took as JSON.
// node bench/plan-once.ts CHANNEL STORE RECORDS ENTRIES THREADS GATE
import { availableParallelism } from 'node:os';
import { rattlerSolver } from '../adapters/solver-rattler/solver-rattler.ts';
import { parseAllowlist } from '../core/documents/allowlist/parse-allowlist.ts';
import type { Solver } from '../core/ports/solver.ts';
import { plan } from '../core/steps/plan.ts';
import { openWorld, planWorld } from '../local/world/open-world.ts';
import { openPlanGate } from '../local/world/plan-gate.ts';
import { generateNames } from './support/generate-names.ts';
import { planShape } from './support/plan-shape.ts';

const [channel = '', store = '', records = '', entries = '', threads = '', gate = ''] = process.argv.slice(2);
const shape = planShape(Number(records));
/** The last names of a generated upstream need the most others. */
const packages = generateNames(shape)
  .slice(-Number(entries))
  .map(({ name }) => name);
const document = { channels: [channel], platforms: shape.platforms, packages };
const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));

const [started, before] = [performance.now(), process.cpuUsage()];
await using world = openWorld(store);
await using inner = rattlerSolver({ workers: Math.min(Number(threads), availableParallelism()) });
const { solver, spent, calls } = timed(inner);
const planGate = openPlanGate(parsed.allowlist, { ...world, log: () => {} }, { mayWrite: false });
const gated = gate === 'free' ? {} : { planGate };
const planned = await plan(parsed.allowlist, { ...planWorld(world, () => {}), ...gated, solver });
const wall = performance.now() - started;
const { user, system } = process.cpuUsage(before);
const solved = planned.entries.filter(({ status }) => status === 'solved').length;
const outcome = `${solved}/${planned.entries.length} solved, ${planned.artifacts.length} artifacts`;
const cpu = (user + system) / 1e6;
const peak = process.resourceUsage().maxRSS / 1000;
console.log(JSON.stringify({ wall: wall / 1000, cpu, outside: 1 - spent() / wall, calls: calls(), peak, outcome }));

/** Counts the calls, and the time in which at least one is under way. */
function timed(asked: Solver): { solver: Solver; spent(): number; calls(): number } {
  let [calls, spent, running, since] = [0, 0, 0, 0];
  const solve: Solver['solve'] = async (pool, specs) => {
    calls += 1;
    if (running++ === 0) since = performance.now();
    try {
      return await asked.solve(pool, specs);
    } finally {
      if (--running === 0) spent += performance.now() - since;
    }
  };
  return { solver: { ...asked, solve }, spent: () => spent, calls: () => calls };
}
