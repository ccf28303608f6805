import { verify } from '../../core/steps/verify.ts';
import type { Command } from '../command.ts';
import { configured } from '../configured.ts';
import { exitStatus } from '../exit-status.ts';
import { openWorld } from '../open-world.ts';
import { reporter } from '../render/reporter.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'read every object again; compare bytes, records and index files',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse verify', 'exit status 1 and one line for each thing that is damaged'],
    ['gatehouse verify --json', 'the same as {checked, problems:[{code, key, detail}]}'],
  ],
  async run({ allowlist, store, json, terminal }) {
    const { platforms, forms } = await configured(allowlist);
    await using world = openWorld(store);
    const report = reporter(terminal, performance.now.bind(performance));
    const { checked, problems } = await verify(platforms, { ...world, log: report.log, forms: new Set(forms) });
    report.finish();
    if (json) terminal.out(`${JSON.stringify({ checked, problems }, null, 2)}\n`);
    for (const { code, key, detail } of problems) terminal.err(`${code}: ${key}: ${detail}\n`);
    terminal.err(
      `${checked} objects checked, ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n`,
    );
    if (problems.length > 0) terminal.err(repair);
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

const repair =
  'hint: gatehouse index writes index files anew; a damaged package that is deleted comes back with gatehouse sync\n';
