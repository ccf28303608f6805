import type { Command, ExitStatus } from './commands/command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { indexCommand } from './commands/index-command.ts';
import { outdatedCommand } from './commands/outdated-command.ts';
import { planCommand } from './commands/plan-command.ts';
import { promoteCommand } from './commands/promote-command.ts';
import { pruneCommand } from './commands/prune-command.ts';
import { publishCommand } from './commands/publish-command.ts';
import { putCommand } from './commands/put-command.ts';
import { recallCommand } from './commands/recall-command.ts';
import { runCommand } from './commands/run-command.ts';
import { sbomCommand } from './commands/sbom-command.ts';
import { serveCommand } from './commands/serve-command.ts';
import { statusCommand } from './commands/status-command.ts';
import { sweepCommand } from './commands/sweep-command.ts';
import { syncCommand } from './commands/sync-command.ts';
import { tokenCommand } from './commands/token-command.ts';
import { upCommand } from './commands/up-command.ts';
import { verifyCommand } from './commands/verify-command.ts';
import { whyCommand } from './commands/why-command.ts';
import { yankCommand } from './commands/yank-command.ts';
import { handleInterruption, processTerminal } from './render/terminal.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [
  upCommand,
  syncCommand,
  statusCommand,
  planCommand,
  outdatedCommand,
  indexCommand,
  serveCommand,
  verifyCommand,
  whyCommand,
  sbomCommand,
  publishCommand,
  promoteCommand,
  putCommand,
  pruneCommand,
  yankCommand,
  sweepCommand,
  recallCommand,
  tokenCommand,
  demoCommand,
];

/** The command line from argv to exit status. */
export async function main(argv: readonly string[]): Promise<ExitStatus> {
  const terminal = processTerminal();
  const { untilInterrupted, happened } = handleInterruption(terminal);
  const status = await runCommand(argv, { commands, terminal, untilInterrupted });
  // Whatever an interrupted command still waits for can be cut off anywhere.
  if (happened()) process.exit(status);
  return status;
}
