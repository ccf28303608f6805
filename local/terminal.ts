/** Where a command speaks: data to `out`, messages to `err`. A person is there when `err` is a terminal. */
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
  if ('code' in error && error.code === 'EPIPE') return;
  process.stderr.write(`error: cannot write what was found (${error.message})\n`);
  process.exit(1);
}
