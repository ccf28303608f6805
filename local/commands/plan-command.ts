import { plan } from '../../core/steps/plan.ts';
import { problemLines } from '../render/messages.ts';
import { planJson, planText } from '../render/plan.ts';
import { planMarkdown } from '../render/plan-markdown.ts';
import { reporter } from '../render/reporter.ts';
import { openWorld, planWorld } from '../world/open-world.ts';
import { openPlanGate } from '../world/plan-gate.ts';
import { readAllowlist, readPatches, usualAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';

export const planCommand: Command = {
  name: 'plan',
  summary: 'show what sync would do; changes nothing but its cache',
  beginsStore: true,
  options: { markdown: { type: 'boolean' } },
  optionHelp: ['--markdown         print it as Markdown, for a pull request'],
  examples: [
    ['gatehouse plan', 'what would be fetched, changed and dropped, and why'],
    ['gatehouse plan --json', 'the whole closure with hashes, sizes, URLs and reasons'],
  ],
  async run({ allowlist: file = usualAllowlist, store, json, flags, terminal }) {
    const { allowlist } = await readAllowlist(file);
    const patches = await readPatches(file);
    await using world = openWorld(store);
    const report = reporter(terminal);
    const planGate = openPlanGate(allowlist, { ...world, log: report.log }, { mayWrite: false });
    const planned = await plan(allowlist, { ...planWorld({ ...world, patches }, report.log), planGate });
    report.finish();
    const render = json ? planJson : flags['markdown'] === true ? planMarkdown : planText;
    terminal.out(render(planned));
    terminal.err(problemLines(planned.warnings, 'warning') + problemLines(planned.problems));
    return planned.problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
