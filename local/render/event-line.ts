import type { Event } from '../../core/report/event.ts';
import { formatBytes } from './format-bytes.ts';

/** One plain line for each event worth a line; null for those that only move a progress bar. */
export function eventLine(event: Event): string | null {
  switch (event.type) {
    case 'plan.started':
      return `planning ${event.entries === 1 ? '1 entry' : `${event.entries} entries`} for ${event.platforms.join(', ')}`;
    case 'plan.upstream':
      return `read ${event.url} (${event.names} names)`;
    case 'plan.solved':
      return `solved ${event.entry} on ${event.platform}: ${packages(event.packages)}`;
    case 'plan.unsolved':
      return `cannot solve ${event.entry} on ${event.platform}:\n${indent(event.explanation)}`;
    case 'plan.ready':
      return `plan: ${event.add} to fetch (${formatBytes(event.bytes)}), ${event.drop} to drop`;
    case 'retry':
      return `retry ${event.attempt} of ${event.url} in ${(event.waitMs / 1000).toFixed(1)} s: ${event.reason}`;
    default:
      return storeLine(event);
  }
}

function storeLine(event: Event): string | null {
  switch (event.type) {
    case 'fetch.done':
      return `fetched ${event.key} (${formatBytes(event.size)})`;
    case 'fetch.failed':
      return `failed ${event.key}: ${event.problem.code}: ${event.problem.detail}`;
    case 'index.compressing':
      return `compressing ${event.key} (${formatBytes(event.size)}), at about 0.6 MB a second`;
    case 'index.written':
      return `indexed ${event.subdir}: ${packages(event.packages)}${event.changed ? '' : ', unchanged'}`;
    case 'prove.entry':
      return `${event.installable ? 'proved' : 'NOT installable:'} ${event.entry} on ${event.platform}`;
    case 'verify.object':
      return event.sound ? null : `damaged ${event.key}`;
    default:
      return null;
  }
}

const packages = (count: number): string => (count === 1 ? '1 package' : `${count} packages`);
const indent = (text: string): string => text.replace(/^/gm, '  ');
