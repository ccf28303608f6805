import { existsSync, readFileSync } from 'node:fs';

const status = '/proc/self/status';

/**
 * Bytes of memory that this process had resident at the most. Linux counts into `maxRSS` what the process had that started
 * it: of a child of a large one that says nothing.
 */
export function peakMemoryBytes(): number {
  const [, kibi] = existsSync(status) ? (/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? []) : [];
  return 1024 * (kibi === undefined ? process.resourceUsage().maxRSS : Number(kibi));
}
