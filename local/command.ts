import type { ParseArgsOptionsConfig } from 'node:util';
import type { ExitStatus } from './exit-status.ts';
import type { Terminal } from './terminal.ts';

/** The flags a command was given, by their long name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What every command gets. */
export interface Invocation {
  /** Path of the allowlist. */
  readonly allowlist: string;
  /** Path of the folder that is the store, or `s3://BUCKET`. */
  readonly store: string;
  /** Data on stdout is to be JSON. */
  readonly json: boolean;
  readonly flags: Flags;
  readonly terminal: Terminal;
  /**
   * Resolves at the first Ctrl-C from now on, for a command that serves until then. Before it is called, and at the
   * second one, Ctrl-C ends the process where it stands.
   */
  readonly untilInterrupted: () => Promise<void>;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its own options, beside those every command has. */
  readonly options: ParseArgsOptionsConfig;
  /** One line for each of its own options. */
  readonly optionHelp: readonly string[];
  /** Whole command lines that work, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  run(invocation: Invocation): Promise<ExitStatus>;
}
