import { spawn } from 'node:child_process';

export interface Measured {
  /** Seconds. */
  readonly wall: number;
  /** Bytes of resident memory at the most; 0 where /usr/bin/time is missing. */
  readonly peak: number;
  readonly stdout: string;
}

/**
 * Runs a command line by `sh` to its end, its wall time from outside and its peak memory by its own report: a Node child
 * prints `peak=<bytes>` as its last line.
 *
 * @throws Error when it exits with anything but 0
 */
export async function measure(command: string): Promise<Measured> {
  const started = performance.now();
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wall = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return { wall, peak: Number(/peak=(\d+)/.exec(stdout)?.[1] ?? 0), stdout };
}

/** For a measured Node child to call when it is done. */
export function reportPeak(): void {
  // maxRSS is in KiB on every platform Node supports.
  console.log(`peak=${process.resourceUsage().maxRSS * 1024}`);
}
