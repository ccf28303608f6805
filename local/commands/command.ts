import type { ParseArgsOptionsConfig } from 'node:util';
import type { Interruption, Terminal } from '../render/terminal.ts';

/** Exit statuses of every command; one that was interrupted has 128 + the signal's number. */
export const exitStatus = {
  done: 0,
  /** Something did not hold: a fetch failed, an entry does not solve, verify found damage. */
  failed: 1,
  /** Bad usage or a bad allowlist. */
  usage: 2,
} as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** The flags a command was given, by their long name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** A command line, parsed and checked, as a command gets it. */
export interface Invocation extends Pick<Interruption, 'untilInterrupted'> {
  /** Path of the allowlist that `--allowlist` names. */
  readonly allowlist: string | undefined;
  /** Path of the folder that is the store, or `s3://BUCKET`. */
  readonly store: string;
  /** Data on stdout is to be JSON. */
  readonly json: boolean;
  readonly flags: Flags;
  /** What was given beside options, in order; empty unless the command takes such. */
  readonly operands: readonly string[];
  readonly terminal: Terminal;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it takes beside options, as its help shows it: `FILE...`. Without it, it takes nothing. */
  readonly operands?: string;
  /** Whether it may begin with a store that is not there yet: it makes one, or has nothing to say of its content. */
  readonly beginsStore?: boolean;
  /** Its own options, beside those every command has. */
  readonly options: ParseArgsOptionsConfig;
  /** One line for each of its own options. */
  readonly optionHelp: readonly string[];
  /** Whole command lines that work, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  run(invocation: Invocation): Promise<ExitStatus>;
}
