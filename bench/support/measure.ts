import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command line cost, with all processes it started and waited for. */
export interface Measured {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of user and system time. */
  readonly cpu: number;
  /** Bytes of resident memory at the most, of its largest process. */
  readonly peak: number;
  /** Bytes through read(2) and its like, from the page cache or not. */
  readonly read: number;
  /** Bytes through write(2) and its like. */
  readonly written: number;
}

/**
 * Runs a command line by `sh` to its end, under GNU time, on Linux.
 *
 * @throws Error when it exits with anything but 0, or where there is no `/usr/bin/time`
 */
export async function measure(command: string): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-measure-'));
  const [times, counts] = [join(folder, 'time'), join(folder, 'io')];
  try {
    const started = performance.now();
    // The shell's own counts take in those of the children it has waited for.
    const counted = `( ${command}\n); status=$?; cat /proc/$$/io >'${counts}'; exit $status`;
    const status = await run('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', times, 'sh', '-c', counted]);
    const wall = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`${command} ended with ${status}`);
    const [user = 0, system = 0, peak = 0] = numbersOf(await readFile(times, 'utf8'));
    const [read = 0, written = 0] = numbersOf(await readFile(counts, 'utf8'));
    return { wall, cpu: user + system, peak: peak * 1024, read, written };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const numbersOf = (text: string): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);

async function run(program: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
