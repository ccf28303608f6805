import { planJson, planText } from '../render/plan.ts';
import { planMarkdown } from '../render/plan-markdown.ts';
import { openWorld } from '../world/open-world.ts';
import { readAllowlist, readPatches, usualAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';
import { showPlan } from './show-plan.ts';

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
    const render = json ? planJson : flags['markdown'] === true ? planMarkdown : planText;
    const planned = await showPlan({ allowlist, patches }, world, { terminal, render });
    return planned.problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};
