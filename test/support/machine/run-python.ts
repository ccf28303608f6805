import { spawnSync } from 'node:child_process';

/** The Python that has the oracles: `GATEHOUSE_PYTHON`, a path or a name on PATH. */
export const python = process.env['GATEHOUSE_PYTHON'] ?? 'python3';

/**
 * Runs a Python script as an oracle: `lines` on its standard input, one JSON value each, its standard output's lines
 * back. A Python that is missing or fails is a failure, never a skip.
 */
export function runPython(script: string, lines: readonly unknown[]): string[] {
  const input = lines.map((line) => JSON.stringify(line)).join('\n');
  const run = spawnSync(python, ['-c', script], { input, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2 });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${python} ended by ${run.signal ?? run.status}: ${run.stderr}`);
  return run.stdout.split('\n').filter((line) => line !== '');
}
