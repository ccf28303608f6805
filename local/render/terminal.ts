import { constants } from 'node:os';
import { systemErrorCode } from '../../adapters/system-error.ts';

/** A command writes data to `out` and messages to `err`. A person is there when `err` is a terminal. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 when it does not say. */
  columns(): number;
  readonly colour: boolean;
}

/** The process's own streams; colour only on a terminal, and not where NO_COLOR is set (no-color.org). */
export function processTerminal(): Terminal {
  const isTerminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  // A reader that has seen enough (`| head`) is no reason to leave work half done.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessClosed);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal,
    columns: () => process.stderr.columns || 80,
    colour: isTerminal && !process.env['NO_COLOR'],
  };
}

function unlessClosed(error: Error): void {
  if (systemErrorCode(error) === 'EPIPE') return;
  process.stderr.write(`error: cannot write what was found (${error.message})\n`);
  process.exit(1);
}

export interface Interruption {
  /**
   * Resolves at the first Ctrl-C from now on, for a command that serves until then. Before it is called, and at the
   * second one, Ctrl-C ends the process where it stands.
   */
  readonly untilInterrupted: () => Promise<void>;
  /** True once a command that serves was interrupted. */
  readonly happened: () => boolean;
}

/** Makes Ctrl-C and a service manager's SIGTERM end this process, unless a command waits for them. */
export function handleInterruption(terminal: Terminal): Interruption {
  let notify: (() => void) | null = null;
  let isNotified = false;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    if (notify === null || isNotified) {
      terminal.err('\nstopped; nothing is lost: run the same command again to finish\n');
      // As shells report a signal's end.
      process.exit(128 + constants.signals[signal]);
    }
    isNotified = true;
    notify();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    untilInterrupted: () =>
      new Promise((resolve) => {
        notify = resolve;
      }),
    happened: () => isNotified,
  };
}
