import type { ParseArgsOptionsConfig } from 'node:util';
import { didYouMean } from '../../core/problems/did-you-mean.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import gatehouse from '../../package.json' with { type: 'json' };
import { errorText } from '../render/messages.ts';
import { harmlessTerminal } from '../render/terminal.ts';
import { type Command, type ExitStatus, exitStatus, type Invocation } from './command.ts';
import { parseArguments, storeFlag } from './flags.ts';

const commonOptions = {
  allowlist: { type: 'string' },
  store: { type: 'string', default: '.gatehouse' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} satisfies ParseArgsOptionsConfig;

const commonHelp = [
  '--allowlist FILE   what may be in the channel; without it plan, sync and up read allowlist.json here, and the other',
  '                   commands what the store was last synced with',
  '--store DIR        the folder that is the channel (.gatehouse), or s3://BUCKET',
  '--json             data on stdout as JSON; messages stay on stderr',
  '-h, --help         this text',
];

export interface CommandWorld extends Pick<Invocation, 'terminal' | 'untilInterrupted'> {
  readonly commands: readonly Command[];
}

/** One command line to its end: every failure becomes a message on stderr and an exit status, here and nowhere else. */
export async function runCommand(argv: readonly string[], given: CommandWorld): Promise<ExitStatus> {
  const world = { ...given, terminal: harmlessTerminal(given.terminal) };
  try {
    return await dispatch(argv, world);
  } catch (error) {
    world.terminal.err(errorText(error));
    const isUsage = error instanceof GatehouseError && /^(?:usage|allowlist|patches)\./.test(error.code);
    return isUsage ? exitStatus.usage : exitStatus.failed;
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
  const options = { ...commonOptions, ...command.options };
  const { flags, operands } = parseArguments(args, { ...command, options });
  if (flags['help'] === true) {
    terminal.out(commandHelp(command));
    return exitStatus.done;
  }
  return command.run({
    allowlist: flags['allowlist'] === undefined ? undefined : String(flags['allowlist']),
    store: await storeFlag(String(flags['store']), command),
    json: flags['json'] === true,
    flags,
    operands,
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

function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `${[
    'Gatehouse: a curated conda channel of your own, holding exactly what allowlist.json lets in.',
    '',
    'Usage: gatehouse <command> [options]',
    '',
    'Commands:',
    ...list,
    '',
    'Options of every command:',
    ...commonHelp.map((line) => `  ${line}`),
    '',
    'Exit status: 0 done; 1 something did not hold; 2 bad usage or a bad allowlist.',
    '',
    'Example:',
    '  gatehouse up       sync allowlist.json, then serve the channel at http://127.0.0.1:8080/gatehouse',
    '',
    'gatehouse <command> --help tells more about a command; gatehouse --version says which version this is.',
  ].join('\n')}\n`;
}

function commandHelp({ name, summary, operands, optionHelp, examples }: Command): string {
  return `${[
    `gatehouse ${name}: ${summary}`,
    '',
    `Usage: gatehouse ${[name, ...(operands === undefined ? [] : [operands]), '[options]'].join(' ')}`,
    '',
    'Options:',
    ...[...optionHelp, ...commonHelp].map((line) => `  ${line}`),
    '',
    'Examples:',
    ...examples.flatMap(([line, does]) => [`  ${line}`, `      ${does}`]),
  ].join('\n')}\n`;
}
