import type { Event } from '../../core/ports/log.ts';
import { formatBytes, formatSeconds } from './format-bytes.ts';

/** The downloads, or files that are read, that the bars are drawn from. Sizes are bytes. */
export interface Progress {
  /** True while a file is on its way, here or elsewhere, and so a bar is worth drawing. */
  readonly active: boolean;
  note(event: Event): void;
  /** One line for each running file, then the total. `elapsed` is milliseconds since the first byte was asked for. */
  lines(columns: number, elapsed: number): string[];
}

interface Running {
  received: number;
  readonly size: number;
}

interface Sums {
  /** Bytes that are expected, and that came. */
  readonly total: number;
  readonly received: number;
  readonly files: number;
  readonly filesDone: number;
}

export function startProgress(): Progress {
  const running = new Map<string, Running>();
  let [total, finished, files, filesDone, awaited] = [0, 0, 0, 0, 0];
  const start = (bytes: number, count: number) => {
    [total, files, finished, filesDone] = [bytes, count, 0, 0];
  };
  const end = (key: string, received: number) => {
    if (!running.delete(key)) return;
    finished += received;
    filesDone += 1;
  };
  return {
    get active() {
      return running.size + awaited > 0;
    },
    note(event) {
      switch (event.type) {
        case 'plan.ready':
          return start(event.bytes, event.add);
        case 'publish.reading':
          return start(event.bytes, event.files);
        case 'fetch.awaited':
          awaited = event.files;
          return;
        case 'fetch.started':
          return void running.set(event.key, { received: 0, size: event.size });
        case 'fetch.progress':
        case 'publish.progress':
          return void running.set(event.key, event);
        case 'fetch.done':
        case 'publish.read':
          return end(event.key, event.size);
        case 'fetch.held':
        case 'fetch.failed':
          return end(event.key, running.get(event.key)?.received ?? 0);
      }
    },
    lines(columns, elapsed) {
      const received = [...running.values()].reduce((sum, file) => sum + file.received, finished);
      return barLines(running, { total, received, files, filesDone }, { columns, elapsed });
    },
  };
}

function barLines(
  running: ReadonlyMap<string, Running>,
  { total, received, files, filesDone }: Sums,
  { columns, elapsed }: { readonly columns: number; readonly elapsed: number },
): string[] {
  const bars = [...running].map(([key, file]) =>
    bar(key.slice(key.lastIndexOf('/') + 1), file.received / file.size, '', columns),
  );
  const rate = elapsed > 0 ? (received * 1000) / elapsed : 0;
  const left = rate > 0 ? `, ${formatSeconds(Math.max(0, total - received) / rate)} left` : '';
  const label = `${filesDone}/${files} files, ${formatBytes(received)} of ${formatBytes(total)}`;
  return [...bars, bar(label, received / total, ` ${formatBytes(rate)}/s${left}`, columns)];
}

/** A bar takes the columns that its label leaves, within these. */
const [minBarColumns, maxBarColumns] = [8, 30];

/** `label ████░░░░ 42 % tail`, never wider than the terminal. */
function bar(label: string, share: number, tail: string, columns: number): string {
  const done = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const percent = `${String(Math.floor(done * 100)).padStart(3)} %`;
  const room = columns - percent.length - tail.length - 4;
  const least = Math.max(0, Math.min(minBarColumns, Math.floor(room / 2)));
  const width = Math.max(least, Math.min(maxBarColumns, room - label.length));
  const name = label.length > room - width ? `${label.slice(0, Math.max(0, room - width - 1))}…` : label;
  const full = Math.round(width * done);
  return `${name} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent}${tail}`.slice(0, columns - 1);
}
