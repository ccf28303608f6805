import { shownLine } from '../../core/problems/shown-text.ts';
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
    for (const [number, { code, key, detail, hint }] of problems.entries()) {
      const isToldNext = problems[number + 1]?.hint === hint;
      // What says by itself which document is damaged is not told of it twice.
      const place = detail.startsWith(key) ? '' : `${shownLine(key)}: `;
      terminal.err(`${code}: ${place}${isToldNext ? detail : hinted(detail, hint)}\n`);
    }
    terminal.err(
      `${checked} objects checked, ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n`,
    );
    if (ledger.head !== null) terminal.err(`ledger: ${ledger.entries} entries, the last is ${ledger.head}\n`);
    if (problems.length > 0) terminal.err(repair);
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

const repair =
  'hint: gatehouse index --rebuild writes index files anew; gatehouse sync fetches again what was fetched, not what was published or copied in\n';
