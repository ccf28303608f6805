import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Patches } from '../../core/documents/patches/hotfix.ts';
import type { Plan } from '../../core/documents/plan.ts';
import { plan } from '../../core/steps/plan.ts';
import { problemLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import type { Terminal } from '../render/terminal.ts';
import { planWorld, type World } from '../world/open-world.ts';
import { openPlanGate } from '../world/plan-gate.ts';

/** Works out what a sync would do, telling of it on the way, and shows it on stdout; what does not hold is told on stderr. */
export async function showPlan(
  { allowlist, patches }: { readonly allowlist: Allowlist; readonly patches: Patches },
  world: World,
  { terminal, render }: { readonly terminal: Terminal; readonly render: (plan: Plan) => string },
): Promise<Plan> {
  const report = reporter(terminal);
  const planGate = openPlanGate(allowlist, { ...world, log: report.log }, { mayWrite: false });
  const planning = { ...planWorld({ ...world, patches }, report.log), planGate, offersEnvironments: true };
  const planned = await plan(allowlist, planning);
  report.finish();
  terminal.out(render(planned));
  terminal.err(problemLines(planned.warnings, 'warning') + problemLines(planned.problems));
  return planned;
}
