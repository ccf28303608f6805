import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface SolveAnswer {
  /** `<subdir>/<filename>`, sorted. */
  readonly solution?: readonly string[];
  readonly explanation?: string;
}

/** Asks rattler, pixi's own client and solver, over HTTP; with a system of glibc 2.28, macOS 13 or Windows 10. */
export async function solve(channel: string, platform: string, specs: readonly string[]): Promise<SolveAnswer> {
  const child = fileURLToPath(new URL('./solve-child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child, channel, platform, ...specs]);
  return JSON.parse(stdout);
}
