import type { ParseArgsOptionsConfig } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { GatehouseError } from '../core/error.ts';
import gatehouse from '../package.json' with { type: 'json' };
import type { Command, Invocation } from './command.ts';
import { usualAllowlist } from './configured.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseFlags } from './parse-flags.ts';
import { errorText } from './render/error-text.ts';
import { storeFlag } from './store-flag.ts';

const common = {
  allowlist: { type: 'string', default: usualAllowlist },
  store: { type: 'string', default: '.gatehouse' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} satisfies ParseArgsOptionsConfig;

export interface CommandWorld extends Pick<Invocation, 'terminal' | 'untilInterrupted'> {
  readonly commands: readonly Command[];
}

/** One command line to its end: every failure becomes a message on stderr and an exit status, here and nowhere else. */
export async function runCommand(argv: readonly string[], world: CommandWorld): Promise<ExitStatus> {
  try {
    return await dispatch(argv, world);
  } catch (error) {
    world.terminal.err(errorText(error));
    return isUsage(error) ? exitStatus.usage : exitStatus.failed;
  }
}

async function dispatch([name, ...rest]: readonly string[], world: CommandWorld): Promise<ExitStatus> {
  const { commands, terminal } = world;
  switch (name) {
    case undefined:
      terminal.err(generalHelp(commands));
      return exitStatus.usage;
    case '--version':
    case '-V':
      terminal.out(`${gatehouse.version}\n`);
      return exitStatus.done;
    case '--help':
    case '-h':
    case 'help':
      terminal.out(rest[0] === undefined ? generalHelp(commands) : commandHelp(commandNamed(rest[0], commands)));
      return exitStatus.done;
    default:
      return runNamed(commandNamed(name, commands), rest, world);
  }
}

async function runNamed(command: Command, args: readonly string[], world: CommandWorld): Promise<ExitStatus> {
  const { terminal, untilInterrupted } = world;
  const flags = parseFlags(args, { ...common, ...command.options });
  if (flags['help'] === true) {
    terminal.out(commandHelp(command));
    return exitStatus.done;
  }
  return command.run({
    allowlist: String(flags['allowlist']),
    store: await storeFlag(String(flags['store'])),
    json: flags['json'] === true,
    flags,
    terminal,
    untilInterrupted,
  });
}

function commandNamed(name: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = commands.map((one) => one.name);
  const near = didYouMean(name, names);
  throw new GatehouseError('usage.invalid', `no command "${name}"`, {
    hint: near === null ? `the commands are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

const isUsage = (error: unknown): boolean =>
  error instanceof GatehouseError && /^(?:usage|allowlist|patches)\./.test(error.code);
