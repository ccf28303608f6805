import type { Event, Log } from '../../core/report/event.ts';
import type { Terminal } from '../terminal.ts';
import { eventLine } from './event-line.ts';
import { startProgress } from './progress-bars.ts';

export interface Reporter {
  readonly log: Log;
  /** Takes the bars away; call before printing anything else. */
  finish(): void;
}

/** Ten pictures a second look smooth and cost nothing. */
const betweenFramesMs = 100;

/** Renders events for a person: progress bars on a terminal, one plain line an event anywhere else. */
export function reporter(terminal: Terminal, now: () => number): Reporter {
  return terminal.isTerminal ? barReporter(terminal, now) : { log: (event) => printLine(terminal, event), finish() {} };
}

function printLine(terminal: Terminal, event: Event): void {
  const line = eventLine(event);
  if (line !== null) terminal.err(`${line}\n`);
}

function barReporter(terminal: Terminal, now: () => number): Reporter {
  const progress = startProgress();
  let drawn = 0;
  let started = 0;
  let lastFrame = 0;
  const clear = () => {
    // Cursor up over what was drawn, then erase to the end of the screen (ECMA-48 CUU, ED).
    if (drawn > 0) terminal.err(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    const lines = progress.active ? progress.lines(terminal.columns(), now() - started) : [];
    clear();
    if (lines.length > 0) terminal.err(`${lines.join('\n')}\n`);
    drawn = lines.length;
    lastFrame = now();
  };
  const log = (event: Event) => {
    if (event.type === 'fetch.started' && !progress.active) started ||= now();
    progress.note(event);
    const line = event.type === 'fetch.done' ? null : eventLine(event);
    if (line !== null) {
      clear();
      terminal.err(`${line}\n`);
    }
    if (line !== null || now() - lastFrame >= betweenFramesMs || !progress.active) draw();
  };
  return { log, finish: clear };
}
