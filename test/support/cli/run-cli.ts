import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../bin/gatehouse.ts', import.meta.url));

export interface CliOptions {
  readonly cwd: string;
  /** Beside this process's; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface CliRun {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `gatehouse` on its way; what it says so far is in `stdout` and `stderr`. */
export interface StartedCli {
  readonly child: ChildProcessWithoutNullStreams;
  readonly said: { readonly stdout: string; readonly stderr: string };
  /** Resolves once stderr has said it; rejects when the process ends before. */
  untilSaid(text: string): Promise<void>;
  readonly ended: Promise<CliRun>;
}

/** Starts the real command line in a process of its own. */
export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions): StartedCli {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, 'close').then(([status, signal]): CliRun => ({ status, signal, ...said }));
  const untilSaid = async (text: string) => {
    while (!said.stderr.includes(text)) {
      const over = await Promise.race([once(child.stderr, 'data').then(() => null), ended]);
      if (over !== null && !said.stderr.includes(text))
        throw new Error(`ended without saying "${text}": ${over.stderr}`);
    }
  };
  return { child, said, untilSaid, ended };
}

export const runCli = (args: readonly string[], options: CliOptions): Promise<CliRun> => startCli(args, options).ended;
