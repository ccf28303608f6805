import { shownLine } from '../../core/problems/shown-text.ts';
import type { Damage } from '../../core/verify/damage.ts';
import { verifyAll } from '../pipeline/verify-all.ts';
import { jsonText } from '../render/json-text.ts';
import { hinted } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { knownAllowlist, nothingConfigured } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'read every object again; compare bytes, records and index files',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse verify', 'exit status 1 and one line for each thing that is damaged'],
    ['gatehouse verify --json', 'the same as {checked, staging, ledger, problems:[{code, key, detail, hint}]}'],
  ],
  async run({ allowlist, store, json, terminal }) {
    await using world = openWorld(store);
    const configured = (await knownAllowlist(allowlist, world.store)) ?? nothingConfigured;
    const report = reporter(terminal);
    const { checked, staging, ledger, problems } = await verifyAll(configured, world, report.log);
    report.finish();
    if (json) terminal.out(`${jsonText({ checked, staging, ledger, problems }, 2)}\n`);
    // Of a store from before the gate every file has the same hint.
    for (const [place, damage] of problems.entries()) {
      terminal.err(damageLine(damage, problems[place + 1]?.hint === damage.hint));
    }
    terminal.err(
      `${checked} objects checked, ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n`,
    );
    if (ledger.head !== null) terminal.err(`ledger: ${ledger.entries} entries, the last is ${ledger.head}\n`);
    if (problems.length > 0) terminal.err(repair);
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

function damageLine({ code, key, detail, hint }: Damage, isHintNext: boolean): string {
  // A sentence that begins with the document that is damaged has named it.
  const place = detail.startsWith(key) ? '' : `${shownLine(key)}: `;
  return `${code}: ${place}${isHintNext ? detail : hinted(detail, hint)}\n`;
}

const repair =
  'hint: gatehouse index --rebuild writes index files anew; gatehouse sync fetches again what was fetched, not what was published or copied in\n';
