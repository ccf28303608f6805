import { constants } from 'node:os';
import { systemErrorCode } from '../../adapters/system-error.ts';
import { unseen } from '../../core/problems/shown-text.ts';

/** A command writes data to `out` and messages to `err`. A person is there when `err` is a terminal. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Takes lines that were written to `err` last off a terminal's screen. */
  erase(lines: number): void;
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
    erase: (lines) => void process.stderr.write(eraseSequence(lines)),
    isTerminal,
    columns: () => process.stderr.columns || 80,
    colour: isTerminal && !process.env['NO_COLOR'],
  };
}

/** Cursor up over the lines, then erase to the end of the screen (ECMA-48 CUU, ED). */
export const eraseSequence = (lines: number): string => `\u001b[${lines}A\u001b[J`;

/**
 * The same terminal, to which no text does anything but appear, wherever it came from: controls are replaced, and a line
 * that a workflow's runner would take for a command is none any more.
 */
export function harmlessTerminal(terminal: Terminal): Terminal {
  return { ...terminal, out: (text) => terminal.out(harmless(text)), err: (text) => terminal.err(harmless(text)) };
}

/**
 * Commands of runners: GitHub's begin a line, after any blanks, or stand anywhere in it in their old spelling, as Azure's
 * and TeamCity's do (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
 */
const harmless = (text: string): string =>
  text
    .replace(unseen, (found) => (found === '\n' ? found : '\ufffd'))
    .replace(/^([^\S\n]*:)(?=:)/gm, '$1 ')
    .replace(/##(?=\w*\[)/g, '# #');

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
