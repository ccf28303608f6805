import { constants } from 'node:os';
import type { Terminal } from './terminal.ts';

export interface Interruption {
  /** As {@link Invocation.untilInterrupted}. */
  readonly untilInterrupted: () => Promise<void>;
  /** Whether a command was told to stop serving. */
  readonly happened: () => boolean;
}

/** What Ctrl-C and a service manager's SIGTERM do to this process: end it, unless a command waits to be told. */
export function handleInterruption(terminal: Terminal): Interruption {
  let tell: (() => void) | null = null;
  let told = false;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    if (tell === null || told) return stop(signal, terminal);
    told = true;
    tell();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    untilInterrupted: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
    happened: () => told,
  };
}

/** Ends with 128 + the signal's number, as shells report it. */
function stop(signal: 'SIGINT' | 'SIGTERM', terminal: Terminal): never {
  terminal.err('\nstopped; nothing is lost: run the same command again to finish\n');
  process.exit(128 + constants.signals[signal]);
}
