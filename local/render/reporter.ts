import { stagingFolder } from '../../core/layout/keys.ts';
import type { Event, Log } from '../../core/ports/log.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { formatBytes } from './format-bytes.ts';
import { startProgress } from './progress-bars.ts';
import { plannedLines } from './published.ts';
import type { Terminal } from './terminal.ts';
import { toFetch } from './to-fetch.ts';

export interface Reporter {
  readonly log: Log;
  /** Takes the bars away; call before printing anything else. */
  finish(): void;
}

/** Ten pictures a second look smooth and cost nothing. */
const frameMs = 100;

/**
 * Renders events for a person: progress bars on a terminal, one plain line an event anywhere else.
 *
 * @param now milliseconds since any fixed moment
 */
export function reporter(terminal: Terminal, now = (): number => performance.now()): Reporter {
  if (terminal.isTerminal) return barReporter(terminal, now);
  const eventLines = startEventLines();
  return {
    log(event) {
      for (const line of eventLines(event)) terminal.err(`${shownLine(line)}\n`);
    },
    finish() {},
  };
}

function barReporter(terminal: Terminal, now: () => number): Reporter {
  const progress = startProgress();
  const eventLines = startEventLines();
  let drawn = 0;
  let started = 0;
  let lastFrame = 0;
  const clear = () => {
    if (drawn > 0) terminal.erase(drawn);
    drawn = 0;
  };
  const draw = () => {
    const lines = progress.active ? progress.lines(terminal.columns(), now() - started) : [];
    clear();
    if (lines.length > 0) terminal.err(`${lines.join('\n')}\n`);
    drawn = lines.length;
    lastFrame = now();
  };
  const say = (lines: readonly string[]) => {
    clear();
    for (const line of lines) terminal.err(`${shownLine(line)}\n`);
  };
  const log = (event: Event) => {
    if (isStart(event) && !progress.active) started ||= now();
    progress.note(event);
    const lines = event.type === 'fetch.done' ? [] : eventLines(event);
    if (lines.length > 0) say(lines);
    if (lines.length > 0 || now() - lastFrame >= frameMs || !progress.active) draw();
  };
  return { log, finish: clear };
}

const isStart = ({ type }: Event): boolean =>
  type === 'fetch.started' || type === 'fetch.awaited' || type === 'publish.reading';

/** The lines of events that come one after the other. */
function startEventLines(): (event: Event) => string[] {
  const withoutRepeats = startReasons();
  return (event) => {
    if (event.type === 'publish.planned') return plannedLines(event);
    const fresh = withoutRepeats(event);
    return fresh === null ? [] : [eventLine(fresh)].filter((line) => line !== null);
  };
}

/** A reason is told with the first retry for it, and in full by what that ends in; not with each retry, nor as another form is read. */
function startReasons(): (event: Event) => Event | null {
  const told = new Set<string>();
  return (event) => {
    if (event.type === 'plan.fallback') return told.has(withoutPath(event.reason)) ? null : event;
    if (event.type !== 'retry') return event;
    const reason = told.has(withoutPath(event.reason)) ? '' : event.reason;
    told.add(withoutPath(event.reason));
    return { ...event, reason };
  };
}

/** One server's reason is one, whichever of its files was asked for. */
const withoutPath = (reason: string): string => reason.replace(/(\b[a-z]+:\/\/[^/\s]+)\/\S*/g, '$1');

/** One plain line for each event worth a line; null for those that only move a progress bar. */
export function eventLine(event: Event): string | null {
  switch (event.type) {
    case 'plan.started':
      return `planning ${event.entries === 1 ? '1 entry' : `${event.entries} entries`} for ${event.platforms.join(', ')}`;
    case 'plan.upstream':
      return `read ${event.url} (${names(event.names)})`;
    case 'plan.project':
      return `read ${event.url} (${event.files === 1 ? '1 file' : `${event.files} files`})`;
    case 'plan.fallback':
      return `passed over: ${event.reason}`;
    case 'plan.solved':
      return `solved ${event.entry} on ${event.platform}: ${packages(event.packages)}`;
    case 'plan.unsolved':
      return `cannot solve ${event.entry} on ${event.platform}`;
    case 'run.asked':
      return `the stack was asked for a run: ${event.run.slice(0, 12)}`;
    case 'run.replaced':
      return event.by === 'around'
        ? 'the run goes on in another, around what the gate holds'
        : 'another run took its place, which is followed now';
    case 'run.settled':
      return 'all that is to come is there: waiting until the stack has indexed and proved it';
    case 'run.unseen':
      return `whether it is indexed and proved by now cannot be seen: ${event.reason}`;
    case 'plan.ready':
      return event.unmade === true ? null : `plan: ${toFetch(event.add, event.bytes)}, ${event.drop} to drop`;
    case 'retry':
      return retryLine(event);
    default:
      return storeLine(event);
  }
}

/** Its reason mostly names the URL too. */
function retryLine({ attempt, url, waitMs, reason }: Extract<Event, { type: 'retry' }>): string {
  const why = reason === '' ? '' : `: ${reason.replaceAll(url, 'it')}`;
  return `retry ${attempt} of ${url} in ${(waitMs / 1000).toFixed(1)} s${why}`;
}

function storeLine(event: Event): string | null {
  switch (event.type) {
    case 'fetch.done':
      return `fetched ${event.key} (${formatBytes(event.size)})`;
    case 'fetch.held':
      return `kept out ${event.key}: ${event.problem.code}`;
    case 'sweep.checked':
      return `looked at ${event.files === 1 ? '1 file' : `${event.files} files`}`;
    case 'sweep.recalled':
      return `recalled ${event.id}: ${event.reason}`;
    case 'sweep.released':
      return `released ${event.id}`;
    case 'fetch.failed':
      return `failed ${event.key}: ${event.problem.code}`;
    case 'index.left':
      return 'these credentials may not index the bucket: its stack does, within about a minute';
    case 'publish.waiting':
      return 'waiting until the stack lists it: about a minute';
    case 'index.compressing':
      return `compressing ${event.key} (${formatBytes(event.size)}), at about 0.6 MB a second`;
    case 'index.written':
      return `indexed ${sideOf(event)}${event.subdir}: ${packages(event.packages)}${event.changed ? '' : ', unchanged'}`;
    case 'index.project':
      return `indexed ${sideOf(event)}simple/${event.project}: ${event.files === 1 ? '1 file' : `${event.files} files`}`;
    case 'prove.entry':
      return provedLine(event);
    case 'verify.object':
      return event.sound ? null : `damaged ${event.key}`;
    default:
      return null;
  }
}

const sideOf = ({ staged }: { readonly staged?: true }): string => (staged === true ? `${stagingFolder}/` : '');

const provedLine = ({ installable, entry, platform, client }: Extract<Event, { type: 'prove.entry' }>): string =>
  `${installable ? 'proved' : 'NOT installable:'} ${entry} on ${platform}${client === 'pip' ? ' for pip' : ''}`;

const names = (count: number): string => (count === 1 ? '1 name' : `${count} names`);
const packages = (count: number): string => (count === 1 ? '1 package' : `${count} packages`);
