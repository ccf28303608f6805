import type { Command } from './command.ts';
import { demoCommand } from './commands/demo.ts';
import { indexCommand } from './commands/index.ts';
import { planCommand } from './commands/plan.ts';
import { pruneCommand } from './commands/prune.ts';
import { serveCommand } from './commands/serve.ts';
import { syncCommand } from './commands/sync.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import type { ExitStatus } from './exit-status.ts';
import { handleInterruption } from './interruption.ts';
import { runCommand } from './run-command.ts';
import { processTerminal } from './terminal.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [
  upCommand,
  syncCommand,
  planCommand,
  indexCommand,
  serveCommand,
  verifyCommand,
  pruneCommand,
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
